import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SegmentSnapshot, toManifestSnapshot } from "../../../../src/cli/shared/deployment/segment-snapshots.ts";
import { loadStackSnapshot, type StackSnapshot } from "../../../../src/cli/shared/deployment/stack-snapshot.ts";
import { makePlan } from "../../../../src/cli/shared/plan/make-plan.ts";
import { planText } from "../../../../src/cli/shared/plan/text.ts";
import { watchJournals } from "../../../../src/cli/shared/unsaved-pushes.ts";
import { toStatus } from "../../../../src/cli/status/model.ts";
import { statusText } from "../../../../src/cli/status/text.ts";
import { EngineNotFoundError } from "../../../../src/engine/pulumi.ts";
import { emptyState } from "../../../../src/engine/read-state.ts";
import { formatAllLabels } from "../../../../src/labels.ts";
import { resolveLedger } from "../../../../src/lifecycle/ledger/segment-ledger.ts";
import type { SegmentOutputs } from "../../../../src/lifecycle/state/segment.ts";
import { messageDigest } from "../../../../src/plan/index.ts";
import { fileJournals, noEntries } from "../../../../src/push/index.ts";
import { outputsOf, stateOf } from "../../../engine-units/fixture.ts";
import { temporaryFolder, writeFiles } from "../../../manifest/support/fixture.ts";
import { headOf } from "../../../push/journal/journals.ts";

const stack = { full: "dev", short: "dev" };
const queue = { accountId: "a".repeat(32), queueId: "q1" };
const project = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": `config:\n  queue-seeder:accountId: ${queue.accountId}\n  queue-seeder:queues: { orders: { id: q1 } }\n`,
};
const plain = (_: unknown, text: string) => text;
const numbers = Array.from({ length: 12 }, (_, n) => n);
const rows = numbers.map((n) => `{"n":${n}}\n`).join("");
const inline = (line: (n: number) => string) => `messages:\n${numbers.map(line).join("")}`;

/** The manifests of the table, with the labels of their messages 3, 4, 5 and 10, counted from 0. */
const sources = {
  "messages with ids": [inline((n) => `  - { id: m${n}, body: ${n} }\n`), "m3, m4, m5, m10"],
  "messages without ids": [inline((n) => `  - { body: ${n} }\n`), "#4 to #6, #11"],
  "equal messages": [inline(() => "  - { body: 7 }\n"), "#4 to #6, #11"],
  "rows with ids": [
    `source: { file: a.ndjson, map: { id: "o-\${row.n}", body: "\${row}" } }\n`,
    "#4 (o-3) to #6 (o-5), #11 (o-10)",
  ],
  "rows without ids": ["source: { file: a.ndjson }\n", "#4 to #6, #11"],
} as const;
const policies = ["resend", "stop"] as const;
const cases = Object.entries(sources).flatMap(([name, [text, labels]]) =>
  policies.map((policy) => [name, policy, text, labels] as const),
);

async function snapshotOf(root: string, text: string): Promise<StackSnapshot> {
  writeFiles(root, { ...project, "messages/a.yaml": `queue: orders\n${text}`, "messages/a.ndjson": rows });
  return loadStackSnapshot(root, stack, () => Promise.reject(new EngineNotFoundError("there is none")));
}

async function ledgerOf({ inputs, messages }: SegmentSnapshot) {
  const digests: string[] = [];
  for await (const some of messages()) digests.push(...some.map(messageDigest));
  return resolveLedger(inputs, undefined, [], { digests });
}

function segmentOf(snapshot: StackSnapshot): SegmentSnapshot {
  const [manifest] = snapshot.loaded.manifests;
  const [segment] = manifest === undefined ? [] : toManifestSnapshot(manifest, snapshot, emptyState).segments;
  if (segment === undefined) throw new Error("the manifest has no segment");
  return segment;
}

/** Writes the journal of a run that was killed: it sent the messages `doubted` without an answer, and pushed `pushed`. */
async function killedRun(
  root: string,
  segment: SegmentSnapshot,
  { pushed = [], doubted, base }: { pushed?: readonly number[]; doubted: readonly number[]; base: string | null },
): Promise<void> {
  const { keyOf } = await ledgerOf(segment);
  const { resourceUrn, content } = segment.inputs;
  const head = headOf({ queue, base, kind: content.kind, resource: `shop/dev ${resourceUrn}`, uncheckpointed: true });
  const folder = join(root, ".queue-seeder/journal");
  const journal = await fileJournals(folder).begin(head, noEntries);
  await journal.recordSending([...pushed, ...doubted].map((at) => ({ at, key: keyOf(at) })));
  await journal.recordOutcome("pushed", pushed);
  await journal.close();
  // A run that is killed does not write the last line.
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, "utf8").replace('{"ended":true}\n', ""));
  }
}

/** Returns the snapshot as if an earlier run had pushed the message 0, and left others in doubt. */
async function recorded(snapshot: StackSnapshot, inDoubt: readonly number[]): Promise<StackSnapshot> {
  const segment = segmentOf(snapshot);
  const ledger = await ledgerOf(segment);
  const outputs: SegmentOutputs = {
    ...outputsOf("a"),
    ...segment.inputs,
    ledger: ledger.write([0], inDoubt),
    pushed: 1,
    inDoubt: inDoubt.length,
    inDoubtMessages: inDoubt.map((index) => ledger.labelOf(index)),
  };
  const state = stateOf(outputs);
  const segments = state.segments.map((each) => ({ ...each, urn: segment.inputs.resourceUrn }));
  return { ...snapshot, state: { kind: "read", state: { ...state, segments } } };
}

describe("messages in doubt that are only in a local journal", () => {
  it.each(cases)("are named by plan and status: %s, in_doubt: %s", async (_, policy, text, labels) => {
    using root = temporaryFolder();
    const snapshot = await snapshotOf(root.path, `in_doubt: ${policy}\n${text}`);
    await killedRun(root.path, segmentOf(snapshot), { pushed: [0], doubted: [3, 4, 5, 10], base: null });
    const plan = await makePlan(snapshot, {});
    expect(plan.manifests).toMatchObject([{ inDoubt: 0, held: 0, journaled: { pushed: 1, inDoubt: 4 } }]);
    expect(planText(plan, plain)).toContain(`in doubt: ${labels}\n`);
    const status = toStatus(plan, emptyState, "there are no credentials");
    expect(status.manifests).toMatchObject([{ inDoubt: 4, inDoubtMessages: labels.split(", ") }]);
    expect(statusText(status, plain, 0)).toContain(`a: in doubt: ${labels}\n`);
  });

  it.each(cases)("are named together with those of the state: %s, in_doubt: %s", async (_, policy, text, labels) => {
    using root = temporaryFolder();
    const snapshot = await recorded(await snapshotOf(root.path, `in_doubt: ${policy}\n${text}`), [5]);
    await killedRun(root.path, segmentOf(snapshot), { doubted: [3, 4, 10], base: "the first" });
    const { manifests } = await makePlan(snapshot, {});
    const known = policy === "stop" ? { inDoubt: 0, held: 1 } : { inDoubt: 1, held: 0 };
    expect(manifests).toMatchObject([{ ...known, journaled: { inDoubt: 3 }, inDoubtMessages: labels.split(", ") }]);
  });

  it.each(policies)("exclude those that the journal has as pushed, in_doubt: %s", async (policy) => {
    using root = temporaryFolder();
    const snapshot = await recorded(
      await snapshotOf(root.path, `in_doubt: ${policy}\n${inline((n) => `  - { id: m${n}, body: ${n} }\n`)}`),
      [5, 6],
    );
    await killedRun(root.path, segmentOf(snapshot), { pushed: [5], doubted: [7], base: "the first" });
    const [manifest] = (await makePlan(snapshot, {})).manifests;
    const known = policy === "stop" ? { inDoubt: 0, held: 1 } : { inDoubt: 1, held: 0 };
    expect(manifest).toMatchObject({
      ...known,
      journaled: { pushed: 1, inDoubt: 1 },
      inDoubtMessages: ["m6", "m7"],
    });
  });

  it.each(cases)(
    "are named by up after a run whose state was not saved: %s, in_doubt: %s",
    async (_, policy, text, labels) => {
      using root = temporaryFolder();
      const snapshot = await snapshotOf(root.path, `in_doubt: ${policy}\n${text}`);
      const watch = await watchJournals(snapshot, {});
      const segment = segmentOf(snapshot);
      await killedRun(root.path, segment, { pushed: [0], doubted: [10, 3, 4, 5], base: null });
      const unsaved = await watch.unsaved(new Set(), async () => [{ segments: [segment] }]);
      expect(unsaved.get("a")).toMatchObject({ pushed: 1, inDoubt: 4 });
      expect(formatAllLabels(unsaved.get("a")?.inDoubtMessages ?? [])).toEqual(labels.split(", "));
    },
  );

  it("are named by their keys alone if the manifests cannot be read after the run", async () => {
    using root = temporaryFolder();
    const snapshot = await snapshotOf(root.path, sources["messages with ids"][0]);
    const watch = await watchJournals(snapshot, {});
    await killedRun(root.path, segmentOf(snapshot), { doubted: [3, 10], base: null });
    const unsaved = await watch.unsaved(new Set(), () => Promise.reject(new Error("the folder is gone")));
    expect(unsaved.get("a")).toMatchObject({ inDoubt: 2, inDoubtMessages: ["m3", "m10"] });
  });

  it("have no id if their row was changed since", async () => {
    using root = temporaryFolder();
    const [text] = sources["rows with ids"];
    const snapshot = await snapshotOf(root.path, text);
    const watch = await watchJournals(snapshot, {});
    await killedRun(root.path, segmentOf(snapshot), { doubted: [3, 4], base: null });
    writeFiles(root.path, { "messages/a.ndjson": rows.replace('{"n":3}', '{"n":33}') });
    const after = await loadStackSnapshot(root.path, stack, () =>
      Promise.reject(new EngineNotFoundError("there is none")),
    );
    const unsaved = await watch.unsaved(new Set(), async () => [{ segments: [segmentOf(after)] }]);
    expect(unsaved.get("a")?.inDoubtMessages).toEqual(["#4", "#5 (o-4)"]);
  });
});
