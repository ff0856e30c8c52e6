import { describe, expect, it } from "vitest";
import { toManifestSnapshot } from "../../../../src/cli/shared/deployment/segment-snapshots.ts";
import { loadStackSnapshot, type StackSnapshot } from "../../../../src/cli/shared/deployment/stack-snapshot.ts";
import { makePlan } from "../../../../src/cli/shared/plan/make-plan.ts";
import { planText } from "../../../../src/cli/shared/plan/text.ts";
import { EngineNotFoundError } from "../../../../src/engine/pulumi.ts";
import type { Origin, StackState } from "../../../../src/engine/read-state.ts";
import { resolveLedger } from "../../../../src/lifecycle/ledger/segment-ledger.ts";
import type { SegmentOutputs } from "../../../../src/lifecycle/state/segment.ts";
import { outputsOf } from "../../../engine-units/fixture.ts";
import { temporaryFolder, writeFiles } from "../../../manifest/support/fixture.ts";

const pulumiYaml = "name: shop\nruntime: nodejs\n";
const config = `config:
  queue-seeder:accountId: ${"a".repeat(32)}
  queue-seeder:queues: { orders: { id: q1 }, fresh: { create: true } }
`;
const stack = { full: "dev", short: "dev" };
const engine = { pulumi: "", binDir: "", version: "3.250.0", from: "path" } as const;

/** Reads a repository of these manifests, for a stack that was never deployed. */
async function factsOf(root: string, messages: Record<string, string>, stackFile = config): Promise<StackSnapshot> {
  const files = Object.entries(messages).map(([name, text]) => [`messages/${name}`, text]);
  writeFiles(root, { "Pulumi.yaml": pulumiYaml, "Pulumi.dev.yaml": stackFile, ...Object.fromEntries(files) });
  return loadStackSnapshot(root, stack, () => Promise.reject(new EngineNotFoundError("there is none")));
}

/** Returns the snapshot as if the first `pushed` messages of each segment had been pushed. */
function deployed(
  snapshot: StackSnapshot,
  pushed: (segment: number) => number = () => Number.POSITIVE_INFINITY,
): StackSnapshot {
  const none: StackState = { segments: [], sources: [], createdQueues: new Map(), deployments: new Map() };
  const segments = snapshot.loaded.manifests.flatMap((manifest) =>
    toManifestSnapshot(manifest, snapshot, none).segments.map(({ inputs }) => {
      const count = Math.min(inputs.messages, pushed(inputs.segment));
      const digests = Array.from({ length: inputs.messages }, () => "v1:AAAAAAAAAAAAAAAAAAAAAA");
      const indices = Array.from({ length: count }, (_, index) => index);
      const ledger = resolveLedger(inputs, undefined, undefined, digests && { digests }).write(indices, []);
      const outputs: SegmentOutputs = { ...outputsOf(manifest.name), ...inputs, ledger, pushed: count };
      const name = `${manifest.name}/${inputs.segment}`;
      return {
        name,
        urn: `urn:${name}`,
        manifest: manifest.name,
        outputs,
        origin: "manifest" as const,
        replaced: false,
      };
    }),
  );
  return {
    ...snapshot,
    state: { kind: "read", state: { segments, sources: [], createdQueues: new Map(), deployments: new Map() } },
  };
}

/** Returns the state as if components of the program had deployed the manifests. */
function within({ state }: StackSnapshot, origin: Origin) {
  if (state.kind !== "read") throw new Error("it was not deployed");
  const segments = state.state.segments.map((segment) => ({ ...segment, name: `seeds/${segment.name}`, origin }));
  return { kind: "read", state: { ...state.state, segments } } as const;
}

const manifest = (count: number, queue = "orders") =>
  `queue: ${queue}\nmessages:\n${Array.from({ length: count }, (_, n) => `  - body: ${n}\n`).join("")}`;

describe("the numbers of a plan", () => {
  it("are those of the requests that the push would make", async () => {
    using root = temporaryFolder();
    const large = `queue: fresh\nmessages:\n${[1, 2, 3].map((n) => `  - body: "${n}${"x".repeat(99_999)}"\n    content_type: text\n`).join("")}`;
    const snapshot = await factsOf(root.path, { "a.yaml": manifest(101), "b.yaml": large });
    const plan = await makePlan(snapshot, {});
    expect(plan).toMatchObject({
      base: { kind: "nothing", code: "no_engine", reason: "there is none" },
      manifests: [
        { name: "a", push: { messages: 101, bytes: 10 + 90 * 2 + 3, requests: 2, operations: 101 } },
        { name: "b", push: { messages: 3, bytes: 300_000, requests: 2, operations: 6 } },
      ],
      queues: [
        { name: "orders", id: "q1", push: { messages: 101 } },
        { name: "fresh", id: null, push: { messages: 3 } },
      ],
      total: { messages: 104, requests: 4, operations: 107, lifeOperations: 321, usd: 0.0001284 },
    });
    expect(plan.review.pushes).toHaveLength(2);
    expect(plan.manifests[0]?.sample.map(({ label }) => label)).toEqual(["#1", "#2", "#3"]);
  });

  it("count what the push adds to a body", async () => {
    using root = temporaryFolder();
    const text = "queue: orders\ndedup_field: id\nmessages:\n  - id: abc\n    body: { a: 1 }\n";
    const plan = await makePlan(await factsOf(root.path, { "a.yaml": text }), {});
    expect(plan.total.bytes).toBe('{"a":1,"id":"abc"}'.length);
  });

  it("are those of the rest if a part was pushed, of several segments in one reading", async () => {
    using root = temporaryFolder();
    const rows = Array.from({ length: 12_345 }, (_, n) => `${n}\n`).join("");
    const snapshot = await factsOf(root.path, {
      "a.yaml": "queue: orders\nsource: { file: a.ndjson }\n",
      "a.ndjson": rows,
    });
    const all = await makePlan(snapshot, {});
    expect(all.total).toMatchObject({ messages: 12_345, requests: 50 + 50 + 24 });

    // A snapshot can be read only once, so each plan needs its own.
    const again = await factsOf(root.path, {});
    const partly = deployed(again, (segment) => [4_950, 5_000, 0][segment] ?? 0);
    const plan = await makePlan({ ...(await factsOf(root.path, {})), state: partly.state }, {});
    expect(plan.manifests).toMatchObject([
      { messages: 12_345, pushedBefore: 9_950, push: { messages: 2_395, requests: 1 + 24 } },
    ]);
    expect(plan.manifests[0]?.sample.map(({ label, body }) => [label, body])).toEqual([
      ["#4951", "4950"],
      ["#4952", "4951"],
      ["#4953", "4952"],
    ]);
    expect(plan.digest).not.toBe(all.digest);
  });
});

describe("a plan", () => {
  it("names what a manifest requires, and which manifests it comes after", async () => {
    using root = temporaryFolder();
    const b = `after: [a]\nrequires: { consumer: true, not_paused: true, max_backlog: 1000 }\n${manifest(1)}`;
    const plan = await makePlan(await factsOf(root.path, { "a.yaml": manifest(1), "b.yaml": b }), {});
    expect(plan.manifests[1]?.requires).toEqual([
      "a consumer",
      "that delivery is not paused",
      "at most 1,000 messages in the queue",
      "a first",
    ]);
  });

  it("has a digest of everything that a user approves, which no change of layout changes", async () => {
    using root = temporaryFolder();
    const digestOf = async (text: string, stackFile = config) =>
      (await makePlan(await factsOf(root.path, { "a.yaml": text }, stackFile), {})).digest;
    const own = await digestOf(manifest(2));
    expect(await digestOf("# the same\nmessages: [{ body:   0 }, { body: 1 }]\nqueue: 'orders'\n")).toBe(own);
    const stops = await digestOf(`in_doubt: stop\n${manifest(2)}`);
    expect(await digestOf(manifest(2), `${config}  queue-seeder:inDoubt: stop\n`)).toBe(stops);
    const others = [
      await digestOf(manifest(3)),
      await digestOf(manifest(2).replace("body: 1", "body: 2")),
      await digestOf(`dedup_field: dedup_id\n${manifest(2)}`),
      await digestOf(`requires: { not_paused: true }\n${manifest(2)}`),
      await digestOf(`requires: { max_backlog: 5 }\n${manifest(2)}`),
      await digestOf(manifest(2), config.replaceAll("aaaa", "ffff")),
      await digestOf(manifest(2), config.replace("q1", "q2")),
      await digestOf(manifest(2), `${config}  cloudflare:baseUrl: https://api.example/client/v4\n`),
    ];
    expect(new Set([own, stops, ...others]).size).toBe(2 + others.length);
  });

  it("finds a manifest by its former name, and reports one that was removed", async () => {
    using root = temporaryFolder();
    const before = deployed(await factsOf(root.path, { "a.yaml": manifest(2), "b.yaml": manifest(1) }));
    using moved = temporaryFolder();
    const snapshot = await factsOf(moved.path, { "c.yaml": `moved_from: [a]\n${manifest(2)}` });
    const plan = await makePlan({ ...snapshot, state: before.state }, {});
    expect(plan).toMatchObject({
      total: { messages: 0 },
      manifests: [{ name: "c", pushedBefore: 2 }],
      removed: [{ name: "b", queue: "orders", pushed: 1 }],
    });
    const values = within(before, "values");
    expect((await makePlan({ ...snapshot, state: values }, {})).removed).toEqual([]);
  });

  it("pushes all of a segment that Pulumi creates again, as after `pulumi state taint`", async () => {
    using root = temporaryFolder();
    const snapshot = deployed(await factsOf(root.path, { "a.yaml": manifest(2), "b.yaml": manifest(3) }));
    if (snapshot.state.kind !== "read") throw new Error("it was not deployed");
    const { state } = snapshot.state;
    const segments = state.segments.map((segment) => ({ ...segment, replaced: segment.manifest === "a" }));
    const plan = await makePlan({ ...snapshot, state: { kind: "read", state: { ...state, segments } } }, {});
    expect(plan.manifests).toMatchObject([
      { name: "a", push: { messages: 2 }, pushedBefore: 0 },
      { name: "b", push: { messages: 0 }, pushedBefore: 3 },
    ]);
  });

  it("includes what the only component of a program pushed from a manifest", async () => {
    using root = temporaryFolder();
    const before = deployed(await factsOf(root.path, { "a.yaml": manifest(2) }));
    const snapshot = await factsOf(root.path, { "a.yaml": manifest(3) });
    const state = within(before, "component");
    expect(await makePlan({ ...snapshot, state }, {})).toMatchObject({
      total: { messages: 1 },
      manifests: [{ name: "a", pushedBefore: 2 }],
      removed: [],
    });
    const twice = { ...state, state: { ...state.state, segments: [...state.state.segments, ...state.state.segments] } };
    expect((await makePlan({ ...snapshot, state: twice }, {})).total.messages).toBe(3);
  });

  it("includes queues that only components of the program name, once they pushed to them", async () => {
    using root = temporaryFolder();
    const messages = {
      "a.yaml": manifest(2, "letters"),
      "b.yaml": manifest(1, "letters"),
      "c.yaml": manifest(1, "odd"),
    };
    const first = await factsOf(root.path, messages);
    expect(first.loaded.problems.map(({ code }) => code)).toEqual(["QUEUE_UNKNOWN", "QUEUE_UNKNOWN", "QUEUE_UNKNOWN"]);
    const deployedTo = (...ids: readonly string[]) => {
      const resources = ids.map((queueId, n) => ({
        type: "pulumi-nodejs:dynamic:Segment",
        urn: `urn:pulumi:dev::shop::x::component${n}/a/0`,
        outputs: outputsOf("a", { queue: "letters", queueId }),
      }));
      const stdout = JSON.stringify({ version: 3, deployment: { resources } });
      const run = async () => ({ code: 0, signal: null, stdout, stderr: "" });
      return loadStackSnapshot(root.path, stack, async () => ({ engine, env: {}, run }));
    };
    expect((await makePlan(await deployedTo("q7"), {})).queues).toMatchObject([
      { name: "letters", id: "q7" },
      { name: "odd", id: "" },
    ]);
    const several = await makePlan(await deployedTo("q7", "q8"), {});
    expect(several.queues).toMatchObject([{ id: "" }, { id: "" }]);
    expect(planText(several, (_, text) => text)).toContain("letters (only known to the program): ");
  });

  it("uses the account of the ledger if nothing else names one, and another one for another queue", async () => {
    using root = temporaryFolder();
    const before = deployed(await factsOf(root.path, { "a.yaml": manifest(2) }));
    const unknown = await factsOf(root.path, {}, config.replace(/ {2}queue-seeder:accountId.*\n/, ""));
    expect((await makePlan({ ...unknown, state: before.state }, {})).total.messages).toBe(0);
    const other = await factsOf(root.path, {}, config.replaceAll("aaaa", "bbbb"));
    expect((await makePlan({ ...other, state: before.state }, {})).total.messages).toBe(2);
  });

  it("is refused if the manifest's messages moved into a data file", async () => {
    using root = temporaryFolder();
    const before = deployed(await factsOf(root.path, { "a.yaml": manifest(1) }));
    const snapshot = await factsOf(root.path, {
      "a.yaml": "queue: orders\nsource: { file: a.ndjson }\n",
      "a.ndjson": "0\n",
    });
    const plan = await makePlan({ ...snapshot, state: before.state }, {});
    expect(plan.manifests).toMatchObject([
      { push: { messages: 0 }, refusals: [expect.stringMatching(/^SOURCE_CHANGED: /)] },
    ]);
    expect(plan.review.pushes).toEqual([]);
  });
});
