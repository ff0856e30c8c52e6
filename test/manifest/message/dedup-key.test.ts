import { describe, expect, it } from "vitest";
import { formatDiagnostic, loadManifests, withDedupKey } from "../../../src/manifest/index.ts";
import { messageDigest } from "../../../src/plan/index.ts";
import type { Message } from "../../../src/types.ts";
import { loadFiles, temporaryFolder, writeFiles } from "../support/fixture.ts";

const schema = (key: string) =>
  JSON.stringify({ type: "object", properties: { order: {}, [key]: { type: "string" } }, additionalProperties: false });

/** Returns the messages of a manifest with these lines, from index `from` on. */
async function messagesOf(lines: string, files: Readonly<Record<string, string>> = {}, from = 0): Promise<Message[]> {
  using root = temporaryFolder();
  writeFiles(root.path, { "messages/a.yaml": `queue: q\n${lines}`, ...files });
  const { manifests, problems } = await loadManifests({ root: root.path });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const [manifest] = manifests;
  if (manifest === undefined) throw new Error("there is no manifest");
  if (manifest.content.kind === "inline") return manifest.content.messages.slice(from);
  const messages: Message[] = [];
  for await (const some of manifest.content.read(from)) messages.push(...some);
  return messages;
}

const values = (messages: readonly Message[]) => messages.map(({ dedupKey }) => dedupKey?.value);

describe("dedup_field", () => {
  it("is the message's id, or its digest, numbered if it repeats", async () => {
    const bodies =
      "messages: [{ id: one, body: { n: 1 } }, { body: { n: 1 } }, { body: { n: 2 } }, { body: { n: 1 } }]\n";
    const messages = await messagesOf(`dedup_field: key\n${bodies}`);
    const [one, two] = [{ n: 1 }, { n: 2 }].map((body) => messageDigest({ contentType: "json", body }));
    expect(values(messages)).toEqual(["one", one, two, `${one}#2`]);
    expect(messages.map(withDedupKey).map(({ body }) => body)).toEqual([
      { n: 1, key: "one" },
      { n: 1, key: one },
      { n: 2, key: two },
      { n: 1, key: `${one}#2` },
    ]);
    expect(withDedupKey(messages[0] as Message)).not.toHaveProperty("stamp");
  });

  it("changes no digest, so that adding it pushes nothing", async () => {
    const bodies = "messages: [{ body: { n: 1 } }]\n";
    const [plain] = await messagesOf(bodies);
    const [with_] = await messagesOf(`dedup_field: key\n${bodies}`);
    if (plain === undefined || with_ === undefined) throw new Error("no message");
    expect(messageDigest(with_)).toBe(messageDigest(plain));
  });

  it("is the digest and the number of a row, wherever reading starts", async () => {
    const files = { "messages/a.ndjson": '{"n":1}\n\n{"n":1}\n{"n":2}\n' };
    const plain = "dedup_field: key\nsource: { file: a.ndjson }\n";
    const [one, two] = [{ n: 1 }, { n: 2 }].map((body) => messageDigest({ contentType: "json", body }));
    expect(values(await messagesOf(plain, files))).toEqual([`${one}#1`, `${one}#2`, `${two}#3`]);
    expect(values(await messagesOf(plain, files, 1))).toEqual([`${one}#2`, `${two}#3`]);
    const map = "dedup_field: key\nsource: { file: a.ndjson, map: { body: { m: '${row.n}' }, id: 'r${index}' } }\n";
    expect(values(await messagesOf(map, files))).toEqual(["r0", "r1", "r2"]);
  });

  it("is counted in the size, of messages and of rows", async () => {
    const text = "x".repeat(127_880);
    const files = {
      "messages/a.yaml": `queue: q\ndedup_field: key\nmessages:\n  - body: { n: ${text} }\n`,
      "messages/b.yaml": "queue: q\ndedup_field: key\nsource: { file: b.ndjson }\n",
      "messages/b.ndjson": `${JSON.stringify({ n: text })}\n`,
      "messages/c.yaml": `queue: q\nmessages:\n  - body: { n: ${text} }\n`,
    };
    const { problems } = await loadFiles(files);
    const bytes = (stamp: string) => Buffer.byteLength(JSON.stringify({ n: text, key: stamp }));
    const digest = messageDigest({ contentType: "json", body: { n: text } });
    expect(problems.filter(({ severity }) => severity === "error").map(formatDiagnostic)).toEqual([
      expect.stringContaining(`a.yaml:4:11 BODY_TOO_LARGE: the body has ${bytes(digest)} bytes`),
      expect.stringContaining(`b.ndjson:1:1 BODY_TOO_LARGE: the body has ${bytes(`${digest}#1`)} bytes`),
    ]);
  });

  it("is present when a schema checks the body", async () => {
    const lines = "dedup_field: key\nbody_schema: s.json\nmessages: [{ body: { order: 1 } }]\n";
    await messagesOf(lines, { "messages/s.json": schema("key") });
    const { problems } = await loadFiles({
      "messages/a.yaml": `queue: q\n${lines}`,
      "messages/s.json": schema("other"),
    });
    expect(problems.map(formatDiagnostic)).toEqual([expect.stringMatching(/BODY_NOT_VALID: the body has a key "key"/)]);
  });

  it("is not checked while variables are unknown, and errors of a map are reported once", async () => {
    const unknown = "messages: [{ body: '${config.a}' }, { body: { n: '${config.a}' } }]\n";
    expect(values(await messagesOf(`dedup_field: key\n${unknown}`))).toEqual([undefined, undefined]);
    const { problems } = await loadFiles({
      "messages/a.yaml": "queue: q\ndedup_field: key\nsource: { file: a.ndjson, map: { body: { key: '${row.n}' } } }\n",
      "messages/a.ndjson": '{"n":1}\n'.repeat(3),
    });
    expect(problems.map(({ code, location }) => [code, location.file])).toEqual([["DEDUP_BODY", "messages/a.yaml"]]);
  });
});
