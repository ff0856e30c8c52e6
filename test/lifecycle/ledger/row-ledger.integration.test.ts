import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { unknownValue } from "../../../src/lifecycle/state/unknown.ts";
import { messageDigest } from "../../../src/plan/index.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
  world.write("messages/a.yaml", manifest());
});
afterEach(() => world[Symbol.asyncDispose]());

const manifest = (more = "") =>
  `queue: orders\n${more}source: { file: rows.ndjson } # queue-seeder: allow DATA_EMPTY\n`;
const write = (rows: readonly unknown[]) =>
  world.write("messages/rows.ndjson", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const sorted = () => world.bodies().sort((a, b) => Number(a) - Number(b));

/** Deploys as Pulumi does: compares each segment, and creates or updates it if it has changes. */
async function up(before: readonly SegmentOutputs[] = []): Promise<SegmentOutputs[]> {
  const { lifecycle, end } = world.start();
  const outputs: SegmentOutputs[] = [];
  for (const [index, inputs] of (await world.segments()).entries()) {
    const olds = before[index];
    if (olds === undefined) outputs.push((await lifecycle.create(inputs)).outs);
    else if ((await lifecycle.diff("id", olds, inputs)).changes) {
      outputs.push((await lifecycle.update("id", olds, inputs)).outs);
    } else outputs.push(olds);
  }
  end();
  return outputs;
}

/** Deletes the resources, so that the next deployment starts over. */
async function removeAll(outputs: readonly SegmentOutputs[]): Promise<readonly SegmentOutputs[]> {
  const { lifecycle } = world.start();
  for (const each of outputs) await lifecycle.remove("id", each);
  return outputs;
}

it("pushes each segment once, and keeps digests of a thousand rows, not rows", async () => {
  write(numbers(5_300));
  const first = await up();
  expect(sorted()).toEqual(numbers(5_300));
  expect(first.map(({ pushed, ledger }) => [pushed, ledger.complete, ledger.pushed?.split("\n").length])).toEqual([
    [5_000, true, 5],
    [300, true, 1],
  ]);
  const requests = world.emulator.requests.length;
  // The first request checks that the queue exists.
  expect(requests).toBe(1 + 53);
  expect(await up(first)).toEqual(first);
  expect(world.emulator.requests).toHaveLength(requests);
});

it("pushes only the rows that were added, across the boundary of a segment", async () => {
  write(numbers(4_990));
  const first = await up();
  write(numbers(5_010));
  const second = await up(first);
  expect(sorted()).toEqual(numbers(5_010));
  expect(second.map(({ pushed, lastPush }) => [pushed, lastPush.pushed])).toEqual([
    [5_000, 10],
    [10, 10],
  ]);
});

it("pushes nothing if only spaces, key order, delay or the file's name changed", async () => {
  write([{ a: 1, b: 2 }]);
  const first = await up();
  world.write("messages/other.ndjson", '{ "b": 2, "a": 1 }\n');
  world.write("messages/a.yaml", "queue: orders\ndefaults: { delay_seconds: 9 }\nsource: { file: other.ndjson }\n");
  expect(await up(first)).toEqual(first);
  expect(world.bodies()).toHaveLength(1);
});

it.each([
  [
    "edited",
    () => numbers(5_300).with(1_234, -1),
    /one or more of the rows 1001 to 2000 were pushed with different content \(pushed v1:\S+, now v1:\S+\)/,
  ],
  [
    "shrunk in its last segment",
    () => numbers(5_299),
    /one or more of the rows 5001 to 5300 were .* no longer all there/,
  ],
  ["shrunk to the border of a segment", () => numbers(5_000), /ends with row 5000 now, but had more rows/],
  ["grown at its beginning", () => [-1, ...numbers(5_300)], /rows 1 to 1000/],
])("refuses a file that was %s, before anything is pushed", async (_, rows, message) => {
  write(numbers(5_300));
  const first = await up();
  const requests = world.emulator.requests.length;
  write(rows());
  const failure = await failureOf(up(first));
  expect(failure.message).toMatch(/^DATA_FILE_EDITED/);
  expect(failure.message).toMatch(message);
  expect(failure.message).toMatch(/a data file is append-only/);
  expect(world.emulator.requests).toHaveLength(requests);
});

it.each([
  [5_300, "\n \r\n", /has no rows now, but had more rows/],
  [200, "", /rows 1 to 200 were pushed with different content .* no longer all there/],
])(
  "refuses a file of %i rows that became empty, and pushes nothing once they are back",
  async (count, text, message) => {
    write(numbers(count));
    const first = await up();
    world.write("messages/rows.ndjson", text);
    expect((await failureOf(up(first))).message).toMatch(message);
    write(numbers(count));
    expect(await up(first)).toEqual(first);
    expect(world.bodies()).toHaveLength(count);
  },
);

it("pushes the first rows of a file that was empty when it was deployed", async () => {
  write([]);
  const first = await up();
  expect(first).toMatchObject([{ pushed: 0, ledger: { complete: true } }]);
  expect(await up(first)).toEqual(first);
  write(numbers(2));
  expect(await up(first)).toMatchObject([{ pushed: 2 }]);
  expect(sorted()).toEqual([0, 1]);
});

it.each(["on_change", "every_deploy"])("pushes rows again that are back in a file with push: %s", async (mode) => {
  world.write("messages/a.yaml", manifest(`push: ${mode}\n`));
  write(numbers(3));
  const first = await up();
  write([]);
  const second = await up(first);
  expect(second).toMatchObject([{ pushed: 0, ledger: { complete: true } }]);
  write(numbers(3));
  await up(second);
  expect(sorted()).toEqual([0, 0, 1, 1, 2, 2]);
});

it("resumes a segment by its rows after a failure, also when rows were added meanwhile", async () => {
  write(numbers(250));
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
  const { outputs } = await failureOf(up());
  expect(outputs).toMatchObject({ pushed: 100, ledger: { complete: false } });
  world.emulator.faults.clear();
  write(numbers(260));
  const [resumed] = await up(outputs === undefined ? [] : [outputs]);
  expect(resumed).toMatchObject({ pushed: 260, lastPush: { pushed: 160 }, ledger: { complete: true } });
  expect(sorted()).toEqual(numbers(260));
});

it("names rows in doubt by their row numbers", async () => {
  world.write("messages/a.yaml", manifest("in_doubt: stop\n"));
  write(numbers(5_100));
  const [first] = await world.segments();
  const { lifecycle } = world.start();
  if (first !== undefined) await lifecycle.create(first);
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const [, second] = await world.segments();
  const failure = await failureOf(second === undefined ? Promise.resolve() : lifecycle.create(second));
  expect(failure.message).toMatch(/#5001 to #5100\./);
  expect(failure.outputs?.inDoubtMessages).toEqual(["#5001 to #5100"]);
});

describe("rows with ids", () => {
  const withIds = (more = "") =>
    `queue: orders\n${more}source: { file: rows.ndjson, map: { id: "o-\${row.n}", body: { n: "\${row.n}" } } }\n`;
  const rows = (...ids: readonly number[]) => write(ids.map((n) => ({ n })));
  const loseAnswer = () =>
    world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });

  it("are named by number and id if in doubt, in the error and in the state", async () => {
    world.write("messages/a.yaml", withIds("in_doubt: stop\n"));
    rows(1, 2, 3);
    loseAnswer();
    const { message, outputs } = await failureOf(up());
    expect(message).toContain("#1 (o-1) to #3 (o-3).");
    expect(outputs?.inDoubtMessages).toEqual(["#1 (o-1) to #3 (o-3)"]);
    // A later run, which sends only the new row, names them by the file of that run.
    rows(1, 2, 3, 4);
    const later = await failureOf(up(outputs && [outputs]));
    expect(later.outputs).toMatchObject({ pushed: 1, inDoubtMessages: ["#1 (o-1) to #3 (o-3)"] });
    expect(world.bodies()).toHaveLength(4);
  });

  it("are named by number and id if they may have arrived twice", async () => {
    world.write("messages/a.yaml", withIds());
    rows(1, 2, 3);
    loseAnswer();
    const [first] = await up();
    expect(first?.lastPush.possibleDuplicates).toEqual(["#1 (o-1) to #3 (o-3)"]);
    expect(world.logged.join("\n")).toContain(
      "3 messages may have arrived twice, since an answer was lost: #1 (o-1) to #3 (o-3)",
    );
  });

  it("are never named by the id of another row: a row in doubt that was edited is refused", async () => {
    world.write("messages/a.yaml", withIds("in_doubt: stop\n"));
    rows(1, 2, 3);
    loseAnswer();
    const { outputs } = await failureOf(up());
    rows(1, 9, 3);
    const edited = await failureOf(up(outputs && [outputs]));
    expect(edited.message).toMatch(/^DATA_FILE_EDITED/);
    expect(edited.message).not.toContain("o-9");
    expect(edited.outputs).toBeUndefined();
  });
});

it("pushes the whole file again on change, and resumes that", async () => {
  world.write("messages/a.yaml", manifest("push: on_change\n"));
  write(numbers(5_100));
  const first = await up();
  expect(await up(first)).toEqual(first);
  write([...numbers(5_099), -1]);
  const second = await up(first);
  expect(second.map(({ lastPush }) => lastPush.pushed)).toEqual([5_000, 100]);
  expect(world.bodies()).toHaveLength(10_200);
});

it("pushes nothing if only the mode changed, and everything if something changes after that", async () => {
  write(numbers(5_100));
  const once = await up();
  world.write("messages/a.yaml", manifest("push: on_change\n"));
  const onChange = await up(once);
  expect(await up(onChange)).toEqual(onChange);
  expect(world.bodies()).toHaveLength(5_100);
  write([...numbers(5_099), -1]);
  await up(onChange);
  expect(world.bodies()).toHaveLength(10_200);
});

it("refuses a ledger of messages for rows, and the other way round", async () => {
  write([1]);
  const before = await up();
  world.write("messages/a.yaml", "queue: orders\nmessages: [{ body: 1 }]\n");
  expect((await failureOf(up(before))).message).toMatch(/^SOURCE_CHANGED: .*data file.*inline messages.*"name"/);
  expect(world.bodies()).toEqual([1]);
});

it("refuses the journal of a killed run with the other kind, too", async () => {
  write([1]);
  // Killed: the state contains nothing of it.
  await up();
  world.write("messages/a.yaml", "queue: orders\nmessages: [{ body: 1 }]\n");
  expect((await failureOf(up())).message).toMatch(
    /^SOURCE_CHANGED: .*records a data file, but the manifest now has inline messages/,
  );
  world.write("messages/a.yaml", manifest());
  expect((await up()).map(withEmpties)).toMatchObject([{ pushed: 1, lastPush: { possibleDuplicates: [] } }]);
  expect(world.bodies()).toEqual([1]);
});

it("accepts a change from messages to a data file, and the other way round, for another queue", async () => {
  write([1]);
  const [rows] = await removeAll(await up());
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const { outs: messages } = await world.start().lifecycle.create(inputs);
  world.write("messages/a.yaml", manifest());
  const [source] = await world.segments();
  if (rows === undefined || source === undefined) throw new Error("there is no segment");
  const queueId = world.emulator.queueId("second");
  const { lifecycle } = world.start();
  const changed = { changes: true, replaces: [] };
  expect(await lifecycle.diff("id", messages, { ...source, queueId })).toEqual(changed);
  expect(await lifecycle.diff("id", rows, { ...inputs, queueId })).toEqual(changed);
  // In the preview of a run that creates the other queue.
  const unknown = { ...source, queueId: unknownValue };
  expect(await lifecycle.diff("id", messages, unknown)).toEqual({ changes: true, replaces: [] });
});

/** Returns rows that are too large in total to stay in memory until they are pushed. */
const large = (count: number, word: string) =>
  Array.from({ length: count }, (_, n) => `${n} ${word} ${"x".repeat(100_000)}`);

it("sends a row unchanged except for spaces, with a dedup key if the manifest asks for one", async () => {
  world.write("messages/rows.ndjson", '{ "b": "ü\\n\\"", "a": [1, { }] }\n');
  await removeAll(await up());
  expect(world.bodies().map((body) => JSON.stringify(body))).toEqual(['{"b":"ü\\n\\"","a":[1,{}]}']);
  world.write("messages/a.yaml", manifest("dedup_field: key\n"));
  await up();
  const key = `${messageDigest({ contentType: "json", body: { b: 'ü\n"', a: [1, {}] } })}#1`;
  expect(world.bodies()[1]).toEqual({ b: 'ü\n"', a: [1, {}], key });
});

it("reads large rows a second time, and pushes each", async () => {
  write(large(100, "first"));
  expect(await up()).toMatchObject([{ pushed: 100, ledger: { complete: true } }]);
  expect(world.bodies()).toHaveLength(100);
});

it("refuses large rows that change while they are pushed, and keeps what was pushed", async () => {
  // More requests than a run has in flight at once, so that some rows are read after the first response.
  write(large(300, "first"));
  const first = world.emulator.nextRequest(({ accepted }) => accepted > 0);
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 50 } });
  const run = failureOf(up());
  await first;
  write(large(300, "other"));
  const failure = await run;
  expect(failure.message).toMatch(/MANIFEST_(CHANGED|INVALID)/);
  expect(failure.outputs?.pushed).toBe(world.bodies().length);
  expect(world.bodies().every((body) => String(body).includes("first"))).toBe(true);
});

it("refuses large rows if some are missing when they are read again", async () => {
  write(large(300, "first"));
  // The queue is checked before the second reading.
  const held = world.emulator.hold({ route: "queues.get" }, "before");
  const run = failureOf(up());
  await held.arrived;
  write(large(150, "first"));
  held.release();
  const failure = await run;
  expect(failure.message).toMatch(/MANIFEST_CHANGED: [\s\S]*only 150 rows/);
  expect(failure.outputs?.pushed).toBe(world.bodies().length);
  expect(world.bodies().length).toBeLessThanOrEqual(150);
});

it("refuses a file that changes between plan and push, or while it is read", async () => {
  write([1, 2]);
  const [planned] = await world.segments();
  write([1, 3]);
  const { lifecycle } = world.start();
  const failure = await failureOf(planned === undefined ? Promise.resolve() : lifecycle.create(planned));
  expect(failure.message).toMatch(/^MANIFEST_CHANGED: messages\/a\.yaml/);
  expect(world.emulator.requests).toHaveLength(0);
});
