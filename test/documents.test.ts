import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSegments } from "../src/cli/report/read-segments.ts";
import { jsonText, planJson } from "../src/cli/shared/plan/json.ts";
import { readExpectedPlan } from "../src/cli/up/expected-plan.ts";
import { parseState } from "../src/engine/read-state.ts";
import { toObject } from "../src/json-object.ts";
import { diffDeployments, removeDeployments, updateDeployments } from "../src/lifecycle/deployments-provider.ts";
import type { ProviderHost } from "../src/lifecycle/host.ts";
import { decodeEvent } from "../src/lifecycle/protocol/events.ts";
import { emptyRequest, encodeRequest, parseRequest, requestEnv } from "../src/lifecycle/protocol/request.ts";
import { createProvider } from "../src/lifecycle/segment-provider.ts";
import { decodeSourceRecord, encodeSourceRecord } from "../src/plan/index.ts";
import { systemClock } from "../src/push/clock.ts";
import { fileJournals, noEntries } from "../src/push/index.ts";
import { exportPaths, openExport, systemDisk } from "../src/redrive/index.ts";
import { full } from "./cli/shared/plan/fixture.ts";
import { outputsOf } from "./engine-units/fixture.ts";
import { temporaryFolder } from "./manifest/support/fixture.ts";
import { headOf } from "./push/journal/journals.ts";

/** A document that queue-seeder writes, and reads again in a later run, which may be one of another version of queue-seeder. */
interface Document {
  /** The key of its version. */
  readonly key: string;
  /** Returns the document as this version writes it. */
  current(): Promise<object> | object;
  /** Reads a changed document. @returns a value that shows that it was read @throws what a user sees otherwise */
  read(document: object): unknown;
  /** What the refusal names: a file or a resource. */
  readonly names: RegExp;
  /** The remedy for a newer document. */
  readonly remedy: RegExp;
}

const urn = "urn:pulumi:dev::shop::queue-seeder:index:Manifest$pulumi-nodejs:dynamic:Segment::a/0";
const listUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Deployments::deployments";
const digest = "v1:AAAAAAAAAAAAAAAAAAAAAA" as const;
const upgrade = /Upgrade queue-seeder/;

/** The host of a provider that has no credentials and no network: a call that continues after its check fails. */
const host = { cwd: "/nowhere", env: {}, config: () => undefined, log: async () => {} };

/** Calls the provider as Pulumi does with what the state has. */
function callProvider(call: "diff" | "update" | "read" | "remove", stored: object): Promise<unknown> {
  const provider = createProvider({ ...host, clock: systemClock } as unknown as ProviderHost);
  const olds = stored as ReturnType<typeof outputsOf>;
  const { content: _, ...inputs } = outputsOf("a");
  const news = { ...inputs, content: { kind: "messages", keys: "" } } as const;
  switch (call) {
    case "diff":
      return provider.diff("a/0", olds, news);
    case "update":
      return provider.update("a/0", olds, news);
    case "read":
      return provider.read("a/0", olds);
    case "remove":
      return provider.remove("a/0", olds);
  }
}

function exportedState(type: string, resourceUrn: string, outputs: object): string {
  const resources = [{ type, urn: resourceUrn, inputs: {}, outputs }];
  return JSON.stringify({ version: 3, deployment: { resources } });
}

const identity = { project: "shop", stack: "dev" };
const segmentType = "pulumi-nodejs:dynamic:Segment";
const deploymentsType = "pulumi-nodejs:dynamic:Deployments";
const list = { version: 1, root: "..", manifests: ["a"], ids: { a: "d1" } };

/** Writes a text to a file, and reads it while the file exists. */
async function withFile<T>(name: string, text: string, read: (folder: string, path: string) => T): Promise<Awaited<T>> {
  using folder = temporaryFolder();
  const path = join(folder.path, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return await read(folder.path, path);
}

async function writtenJournal(): Promise<readonly string[]> {
  using folder = temporaryFolder();
  const journals = fileJournals(folder.path);
  await (await journals.begin(headOf(), noEntries)).close();
  const [journal] = await journals.list();
  return readFileSync(join(folder.path, journal?.file ?? ""), "utf8").split("\n");
}

const exportHead = {
  accountId: "a",
  queueId: "q",
  queueName: "dead",
  to: "orders",
  stack: null,
  mode: "peek",
  metadata: false,
  startedAt: "2026-08-01T10:00:00.000Z",
} as const;
const processes = { own: async () => headOf().owner, isRunning: async () => false };

async function open(folder: string): Promise<string> {
  const files = await openExport(exportPaths(join(folder, "x")), exportHead, 0, { disk: systemDisk, processes });
  await files.close(false);
  return files.head.queueName;
}

async function writtenProgress(): Promise<readonly string[]> {
  using folder = temporaryFolder();
  await open(folder.path);
  return readFileSync(join(folder.path, "x.progress"), "utf8").split("\n");
}

/** Replaces the first line of a text of lines. */
function withFirst(lines: readonly string[], first: object): string {
  return [JSON.stringify(first), ...lines.slice(1)].join("\n");
}

const planFile = {
  key: "version",
  current: () => JSON.parse(jsonText(planJson(full))),
  read: (plan: object) =>
    withFile("plan.json", JSON.stringify(plan), (folder) => readExpectedPlan(folder, "plan.json")),
  names: /--expect: plan\.json/,
  remedy: upgrade,
};

const documents: Readonly<Record<string, Document>> = {
  ...Object.fromEntries(
    (["diff", "update", "read", "remove"] as const).map((call) => [
      `a segment in the state, for the provider's ${call}`,
      {
        key: "version",
        current: () => outputsOf("a"),
        // What a call needs behind the check is not part of this test.
        read: (outputs: object) =>
          callProvider(call, outputs).catch((error: Error) => {
            if (error.message.startsWith("LEDGER_UNREADABLE")) throw error;
          }),
        names: /the state of a\/0/,
        remedy: upgrade,
      },
    ]),
  ),
  "a segment in the state, for a command": {
    key: "version",
    current: () => outputsOf("a"),
    read: (outputs) => parseState(exportedState(segmentType, urn, outputs), identity).segments,
    names: /the state of urn:\S+::a\/0/,
    remedy: upgrade,
  },
  "the ledger in a segment": {
    key: "version",
    current: () => outputsOf("a").ledger,
    read: (ledger) => parseState(exportedState(segmentType, urn, { ...outputsOf("a"), ledger }), identity).segments,
    names: /the ledger in the stack's state/,
    remedy: upgrade,
  },
  "the ledger of another queue in a segment": {
    key: "version",
    current: () => outputsOf("a").ledger,
    read(ledger) {
      const { accountId, content, runs } = outputsOf("a");
      const elsewhere = [{ accountId, queueId: "q2", content, runs, ledger }];
      return parseState(exportedState(segmentType, urn, { ...outputsOf("a"), elsewhere }), identity).segments;
    },
    names: /the ledger in the stack's state/,
    remedy: upgrade,
  },
  "the list of deployments, for a command": {
    key: "version",
    current: () => list,
    read: (outputs) => parseState(exportedState(deploymentsType, listUrn, outputs), identity).deployments,
    names: /the list of deployments/,
    remedy: upgrade,
  },
  "the list of deployments, for the provider's diff": {
    key: "version",
    current: () => list,
    read: (outputs) => diffDeployments("deployments", outputs, list),
    names: /the list of deployments/,
    remedy: upgrade,
  },
  "the list of deployments, for the provider's update": {
    key: "version",
    current: () => list,
    read: (outputs) => updateDeployments("deployments", outputs, list, host),
    names: /the list of deployments/,
    remedy: upgrade,
  },
  "the list of deployments, for the provider's delete": {
    key: "version",
    current: () => list,
    read: (outputs) => removeDeployments("deployments", outputs, host).then(() => "removed"),
    names: /the list of deployments/,
    remedy: upgrade,
  },
  "the file of a plan": planFile,
  "a journal": {
    key: "version",
    current: async () => toObject(JSON.parse((await writtenJournal())[0] ?? "")),
    read: async (head) =>
      withFile(`a.${"0".repeat(16)}.x.journal`, withFirst(await writtenJournal(), head), async (folder) => {
        const [journal] = await fileJournals(folder).list();
        return journal?.read();
      }),
    names: /the journal a\.0{16}\.x\.journal/,
    remedy: upgrade,
  },
  "the progress of an export": {
    key: "version",
    current: async () => toObject(JSON.parse((await writtenProgress())[0] ?? "")),
    read: async (head) => withFile("x.progress", withFirst(await writtenProgress(), head), open),
    names: /x\.progress/,
    remedy: upgrade,
  },
  "a request to the provider": {
    key: "version",
    current: () => JSON.parse(encodeRequest(emptyRequest)),
    read: (request) =>
      withFile("request.json", JSON.stringify(request), (_, path) => parseRequest({ [requestEnv]: path })),
    names: /QUEUE_SEEDER_REQUEST/,
    remedy: /use the same version of queue-seeder/,
  },
  "an event of the provider": {
    key: "queueSeeder",
    current: () => ({ queueSeeder: 1, kind: "resumed", seconds: 1 }),
    read(event) {
      const decoded = decodeEvent(JSON.stringify(event));
      if (decoded.kind === "unreadable") throw new Error(decoded.message);
      return decoded.kind === "event" ? decoded.event : undefined;
    },
    // The command that reads it names the provider, and says what to do.
    names: /^/,
    remedy: /^/,
  },
};

describe.each(Object.entries(documents))("%s", (_, { key, current, read, names, remedy }) => {
  it("has a version, and is read", async () => {
    const document = await current();
    expect(document).toHaveProperty(key, 1);
    expect(await refusalOf(read, document)).toBeUndefined();
  });

  it("is refused if a newer version wrote it, and the refusal says so", async () => {
    const refusal = await refusalOf(read, { ...(await current()), [key]: 2 });
    expect(refusal).toContain("was written by a newer version of queue-seeder (format 2, and this one reads 1)");
    expect(refusal).toMatch(names);
    expect(refusal).toMatch(remedy);
  });

  it("is refused if an older version wrote it", async () => {
    const refusal = await refusalOf(read, { ...(await current()), [key]: 0 });
    expect(refusal).toContain("was written by an older version of queue-seeder (format 0, and this one reads 1)");
  });

  it.each([undefined, "1", null])("is refused with the version %j, without guessing who wrote it", async (version) => {
    const refusal = await refusalOf(read, { ...(await current()), [key]: version });
    // An event without its tag is a text of another program.
    if (key === "queueSeeder" && version === undefined) return expect(refusal).toBeUndefined();
    expect(refusal).not.toMatch(/newer|older/);
    expect(refusal).toMatch(names);
  });
});

async function refusalOf(read: Document["read"], document: object): Promise<string | undefined> {
  try {
    await read(document);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("the review in the file of a plan", () => {
  const [push, terms, change] = [full.review.pushes[0], full.review.terms[0], full.review.queueChanges[0]];
  it.each([
    ["none", undefined],
    ["a text", "p1"],
    ["no address", { ...full.review, address: undefined }],
    ["a push without its queue", { ...full.review, pushes: [{ ...push, queueId: undefined }] }],
    ["a push with another requirement", { ...full.review, pushes: [{ ...push, requires: { consumer: "yes" } }] }],
    ["terms with another order", { ...full.review, terms: [{ ...terms, after: [1] }] }],
    ["terms without what is known", { ...full.review, terms: [{ ...terms, known: undefined }] }],
    ["a change without an id", { ...full.review, queueChanges: [{ ...change, id: undefined }] }],
    ["a Worker without an address", { ...full.review, worker: { queues: [] } }],
  ])("is refused if it is not one: %s", async (_, review) => {
    const refusal = await refusalOf(planFile.read, { ...planFile.current(), review });
    expect(refusal).toMatch(
      /^--expect: plan\.json cannot be used: its review is incomplete, or was changed\. Make one with .*plan --out plan\.json`\. Nothing was pushed\.$/,
    );
  });
});

describe("documents from which nothing is decided", () => {
  it("the record of a data file is ignored if it has another form, and the file is parsed again", () => {
    const content = { kind: "rows", from: 0, rows: digest, last: true } as const;
    const segments = [{ index: 0, messages: 3, bytes: 60, digest, content }];
    const record = { digest, segments, prefix: undefined };
    expect(decodeSourceRecord(encodeSourceRecord(record))).toEqual(record);
    for (const more of [{ digest: "v2:AAAAAAAAAAAAAAAAAAAAAA" }, { segments: undefined }, { delivery: "v2:x" }]) {
      expect(decodeSourceRecord({ ...encodeSourceRecord(record), ...more })).toBeUndefined();
    }
  });

  it("a segment of another version is left out of a report, which counts it", () => {
    const checkpoint = (...segments: readonly object[]) => ({
      checkpoint: { latest: { resources: segments.map((outputs) => ({ type: segmentType, urn, outputs })) } },
    });
    const current = outputsOf("a");
    expect(readSegments(checkpoint(current))).toMatchObject({ segments: [{ manifest: "a" }], skipped: 0 });
    expect(readSegments(checkpoint({ ...current, version: 2 }, current))).toMatchObject({
      segments: [{ manifest: "a" }],
      skipped: 1,
    });
  });
});

it.each(["plan", "rehearse", "run", "status", "up"])("the JSON of %s has a version and a kind", (name) => {
  const schema = toObject(JSON.parse(readFileSync(`docs/schemas/${name}.schema.json`, "utf8")));
  const forms = Array.isArray(schema.oneOf) ? schema.oneOf.map(toObject) : [schema];
  expect(forms.length).toBeGreaterThan(0);
  for (const { properties, required } of forms) {
    expect(required).toEqual(expect.arrayContaining(["version", "kind"]));
    expect(properties).toMatchObject({ version: { const: 1 }, kind: { const: expect.any(String) } });
  }
});
