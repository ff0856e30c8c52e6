import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/limits.ts";
import { DataFileError, loadManifests, readAllMessages } from "../../../src/manifest/index.ts";
import { encodeMessage, messageDigest, readBody } from "../../../src/plan/index.ts";
import type { Content, Message, RowMessage } from "../../../src/types.ts";
import { loadFiles, temporaryFolder, writeFiles } from "../support/fixture.ts";

const rows = '{"order":1,"sku":"a"}\n{"order":2,"sku":"b"}\n{"order":3,"sku":"c"}\n';
const manifest = (source: string, more = "") => `queue: orders\n${more}source: ${source}\n`;

async function messages(content: Content | undefined): Promise<readonly Message[]> {
  if (content === undefined) throw new Error("there is no manifest");
  return await readAllMessages(content);
}

describe("a data file", () => {
  it("gives its rows as messages, with the manifest's defaults", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, {
      "messages/sub/a.yaml": manifest("{ file: ../data/rows.ndjson }", "defaults: { delay_seconds: 5 }\n"),
      "messages/data/rows.ndjson": rows,
    });
    const { manifests, problems } = await loadManifests({ root: root.path });
    const content = manifests[0]?.content;
    expect(problems).toEqual([]);
    expect(content).toMatchObject({
      kind: "file",
      file: "messages/data/rows.ndjson",
      size: { messages: 3, bytes: 63 },
    });
    expect((await messages(content))[1]).toEqual({
      id: undefined,
      body: { order: 2, sku: "b" },
      json: '{"order":2,"sku":"b"}',
      canonical: '{"order":2,"sku":"b"}',
      contentType: "json",
      delaySeconds: 5,
      location: { file: "messages/data/rows.ndjson", line: 2, column: 1 },
    });
  });

  it("has rows with the digests and the bytes of their bodies, however they are written", async () => {
    const lines = [
      '{"b":1,"a":{"d":"x","c":[1.5,true]}}',
      '{"b":2,"a":{"d":"é😀","c":[]}}',
      '{"b":3.0,"a":{"d":"\\u0041","c":[1e3]}}',
      '{ "b": 4, "a": { "d": "x", "c": [ ] } }',
      '{"b":-5,"a":{"d":"","c":[null]}}\r',
      '{"b":6}',
      '{"a":7,"b":7}',
      '{"b":8,"a":{"d":"\\n","c":[-1e-7]}}',
    ];
    using root = temporaryFolder();
    writeFiles(root.path, {
      "messages/a.yaml": manifest("{ file: rows.ndjson }"),
      "messages/rows.ndjson": lines.join("\n"),
    });
    const { manifests } = await loadManifests({ root: root.path });
    const content = manifests[0]?.content;
    if (content?.kind !== "file") throw new Error("no data file");
    const rows: RowMessage[] = [];
    for await (const some of content.readRows()) rows.push(...some);
    const bodies = lines.map((line) => JSON.parse(line));
    expect(rows.map(messageDigest)).toEqual(bodies.map((body) => messageDigest({ contentType: "json", body })));
    expect(rows.map((row, index) => encodeMessage(row, index).bodyJson)).toEqual(
      bodies.map((body) => JSON.stringify(body)),
    );
    expect(rows.map(readBody)).toEqual(bodies);
    expect((await messages(content)).map(({ body }) => body)).toEqual(bodies);
    // Bodies are only parsed if their values are needed.
    expect(rows.map(({ body }) => body === undefined)).toEqual([false, true, false, false, true, true, false, false]);
  });

  it("is read once for all callers, and again on request, from any message on", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": manifest("{ file: rows.ndjson }"), "messages/rows.ndjson": rows });
    const logged: unknown[] = [];
    const onMessage = (name: string, message: RowMessage, bytes: number) =>
      logged.push([name, readBody(message), bytes]);
    const { manifests } = await loadManifests({ root: root.path, onMessage });
    expect(logged).toEqual(
      rows
        .trim()
        .split("\n")
        .map((row) => ["a", JSON.parse(row), row.length]),
    );
    const content = manifests[0]?.content;
    if (content?.kind !== "file") throw new Error("no data file");
    const rest: Message[] = [];
    for await (const some of content.read(2)) rest.push(...some);
    expect(rest.map(({ body, location }) => [body, location.line])).toEqual([[{ order: 3, sku: "c" }, 3]]);
  });

  it("becomes messages by a map, with the row, its number, variables and secrets", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, {
      "messages/a.yaml": `queue: orders
source:
  file: rows.ndjson
  map:
    id: order-\${row.order}
    body: { n: "\${row.order}", all: "\${row}", at: "\${stack} \${index}", key: "\${secret.key}" }
    delay_seconds: \${row.order}
`,
      "messages/rows.ndjson": rows,
    });
    const { manifests, problems } = await loadManifests({
      root: root.path,
      stack: "dev",
      variables: { secrets: ["key"] },
    });
    expect(problems).toEqual([]);
    expect((await messages(manifests[0]?.content))[2]).toEqual({
      id: "order-3",
      body: { n: 3, all: { order: 3, sku: "c" }, at: "dev 2", key: "${secret.key}" },
      contentType: "json",
      delaySeconds: 3,
      secrets: [{ name: "key", path: ["key"], at: 0 }],
      location: { file: "messages/rows.ndjson", line: 3, column: 1 },
    });
  });

  it("has the same messages by a map of its values, whether or not its rows are parsed, and the same problems", async () => {
    const lines = [
      '{"id":1,"to":{"b":1,"a":"é"}}',
      '{"id":2,"to":{"b":2,"a":"x"}}',
      '{"id": 3.0,"to":{"b":3,"a":"\\n"}}',
      '{"to":{"b":4,"a":"😀"},"id":4}',
      '{"id":"five","to":[]}',
      '{"id":6,"to":null}',
    ];
    const map = 'map: { id: "n-${row.id}", body: { to: "${row.to}", text: "for ${row.id}" }, delay_seconds: 7 }';
    const load = async (rows: readonly string[]) => {
      using root = temporaryFolder();
      writeFiles(root.path, {
        "messages/a.yaml": `queue: orders\nsource:\n  file: rows.ndjson\n  ${map}\n`,
        "messages/rows.ndjson": rows.join("\n"),
      });
      const { manifests, problems } = await loadManifests({ root: root.path });
      const content = manifests[0]?.content;
      const found: RowMessage[] = [];
      if (content?.kind === "file") for await (const some of content.readRows()) found.push(...some);
      return { content, problems, found };
    };
    const { content, problems, found } = await load(lines);
    const bodies = lines.map((line) => {
      const { id, to } = JSON.parse(line);
      return { to, text: `for ${id === 3 ? "3.0" : id}` };
    });
    expect(problems).toEqual([]);
    expect(found.map(({ id }) => id)).toEqual(["n-1", "n-2", "n-3.0", "n-4", "n-five", "n-6"]);
    expect(found.map(readBody)).toEqual(bodies);
    expect(found.map((row, index) => encodeMessage(row, index).bodyJson)).toEqual(
      bodies.map((body) => JSON.stringify(body)),
    );
    expect(found.map(messageDigest)).toEqual(bodies.map((body) => messageDigest({ contentType: "json", body })));
    expect(found.map(({ delaySeconds, location }) => [delaySeconds, location.line])).toEqual(
      lines.map((_, at) => [7, at + 1]),
    );
    expect(content).toMatchObject({
      size: { bytes: bodies.reduce((sum, body) => sum + Buffer.byteLength(JSON.stringify(body)), 0) },
    });
    expect(found.map(({ body }) => body === undefined)).toEqual([false, true, false, false, true, true]);

    const long = "x".repeat(limits.messageBytes);
    const broken = ['{"id":"a\u200f","to":1}', '{"id":null,"to":1}', `{"id":11,"to":"${long}"}`, '{"id":12,"top":1}'];
    const bad = await load([...lines.slice(0, 2), ...broken, '{"id":2,"to":1}']);
    expect(bad.problems.map(({ code, location }) => [code, location.line])).toEqual([
      ["VALUE_NOT_ALLOWED", 3],
      ["WRONG_TYPE", 4],
      ["BODY_TOO_LARGE", 5],
      ["VARIABLE_UNDEFINED", 6],
      ["DUPLICATE_ID", 7],
    ]);
  });

  it.each([
    ["rows.jsonl", rows, ""],
    ["rows.ndjson.gz", gzipSync(rows), ""],
    ["rows.ndjson.zst", zstdCompressSync(rows), ""],
    ["ROWS.NDJSON.GZ", gzipSync(rows), ""],
    ["rows.ndjson.gz", Buffer.concat([gzipSync(rows.slice(0, 22)), gzipSync(rows.slice(22))]), ""],
    ["rows.json", `[${rows.trim().split("\n").join(",\n")}]`, ""],
    ["rows.csv", "order,sku\n1,a\n2,b\n3,c\n", "types: { order: integer }"],
    ["rows.csv.gz", gzipSync("order;sku\n1;a\n2;b\n3;c\n"), 'types: { order: integer }, delimiter: ";"'],
    ["rows.data", gzipSync(rows), "format: ndjson, compression: gzip"],
    ["rows.gz", rows, "format: ndjson, compression: none"],
  ])("of the name %s is read", async (name, bytes, how) => {
    using root = temporaryFolder();
    writeFiles(root.path, {
      "messages/a.yaml": manifest(`{ file: ${name}${how && `, ${how}`} }`),
      [`messages/${name}`]: bytes,
    });
    const { manifests, problems } = await loadManifests({ root: root.path });
    expect(problems).toEqual([]);
    const bodies = (await messages(manifests[0]?.content)).map(({ body }) => body);
    expect(bodies).toEqual(
      rows
        .trim()
        .split("\n")
        .map((row) => JSON.parse(row)),
    );
  });

  it("of another stack, or of a caller that reads no messages, is not opened", async () => {
    const files = {
      "messages/a.yaml": `stacks: [prod]\n${manifest("{ file: rows.ndjson }")}`,
      "messages/rows.ndjson": "broken",
    };
    expect((await loadFiles(files, { stack: "dev" })).problems).toEqual([]);
    expect((await loadFiles(files, { stack: "prod" })).problems).toHaveLength(1);
    const unread = await loadFiles(files, { stack: "prod", readData: false });
    expect(unread.problems).toEqual([]);
    expect(unread.manifests[0]?.content).toMatchObject({ kind: "file", size: undefined });
  });

  it("that breaks after it was checked stops the reader", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": manifest("{ file: rows.ndjson }"), "messages/rows.ndjson": rows });
    const { manifests } = await loadManifests({ root: root.path });
    writeFileSync(join(root.path, "messages/rows.ndjson"), `${rows}{"order":4`);
    const reading = messages(manifests[0]?.content);
    await expect(reading).rejects.toThrow(DataFileError);
    await expect(reading).rejects.toThrow("messages/rows.ndjson:4:11 DATA_NOT_JSON");
  });

  it("with many invalid rows is reported as a hundred problems and a count", async () => {
    const { problems, omitted } = await loadFiles({
      "messages/a.yaml": manifest("{ file: rows.ndjson }"),
      "messages/rows.ndjson": "broken\n".repeat(1_000),
    });
    expect([problems.length, omitted]).toEqual([100, 900]);
  });
});
