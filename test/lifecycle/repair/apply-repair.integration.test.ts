import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RepairRequest, requestEnv } from "../../../src/lifecycle/protocol/request.ts";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { failureOf, makeWorld, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const manifest = (...bodies: number[]) =>
  `queue: orders\nin_doubt: stop\nmessages:\n${bodies.map((body) => `  - { id: m${body % 100}, body: ${body} }\n`).join("")}`;

/** Runs a segment with a repair, as the command line does. */
async function repair(
  { action, messages }: Pick<RepairRequest, "action"> & { messages?: string[] },
  inputs: SegmentInputs,
  before?: SegmentOutputs,
): Promise<SegmentOutputs> {
  world.request({ repair: { action, manifest: "a", segments: "urn:a", messages } });
  try {
    const { lifecycle, end } = world.start();
    if (before === undefined) return (await lifecycle.create(inputs)).outs;
    expect((await lifecycle.diff("id", before, inputs)).changes).toBe(true);
    const { outs } = await lifecycle.update("id", before, inputs);
    end();
    return outs;
  } finally {
    delete world.env[requestEnv];
  }
}

async function up(inputs: SegmentInputs, before?: SegmentOutputs): Promise<SegmentOutputs> {
  const { lifecycle, end } = world.start();
  const run = before === undefined ? lifecycle.create(inputs) : lifecycle.update("id", before, inputs);
  const { outs } = await run;
  end();
  return outs;
}

/** Deploys with one request that arrives, and whose response is lost. */
async function inDoubt(inputs: SegmentInputs): Promise<SegmentOutputs> {
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const { outputs } = await failureOf(world.start().lifecycle.create(inputs));
  if (outputs === undefined) throw new Error("Pulumi had to keep something");
  return outputs;
}

const requests = () => world.emulator.requests.length;

it("settles messages in doubt that only the journal of a run with an unsaved state has", async () => {
  const inputs = await world.segment(manifest(1, 2));
  expect((await failureOf(repair({ action: "settle_pushed" }, inputs))).message).toMatch(/^NOT_DEPLOYED/);
  await inDoubt(inputs);
  const outs = await repair({ action: "settle_pushed", messages: ["m1"] }, inputs);
  expect(outs).toMatchObject({ pushed: 1, inDoubt: 1, inDoubtMessages: ["m2"] });
  expect(requests()).toBe(2);
});

it("baseline marks a manifest as pushed although it was never deployed", async () => {
  const inputs = await world.segment(manifest(1, 2));
  const outs = await repair({ action: "baseline" }, inputs);
  expect(outs).toMatchObject({ pushed: 2, ledger: { complete: true }, lastPush: { pushed: 0, requests: 0 } });
  expect(requests()).toBe(0);
  expect((await world.start().lifecycle.diff("id", outs, inputs)).changes).toBe(false);
  const more = await world.segment(manifest(1, 2, 3));
  await up(more, outs);
  expect(world.bodies()).toEqual([3]);
});

it("baseline of one message leaves the others to the next run", async () => {
  const inputs = await world.segment(manifest(1, 2, 3));
  const outs = await repair({ action: "baseline", messages: ["m2", "#3"] }, inputs);
  expect(outs).toMatchObject({ pushed: 2, ledger: { complete: false } });
  expect((await world.start().lifecycle.diff("id", outs, inputs)).changes).toBe(true);
  await up(inputs, outs);
  expect(world.bodies()).toEqual([1]);
});

it("baseline accepts an edited message, and rows of an edited data file", async () => {
  const before = await up(await world.segment(manifest(1)));
  const edited = await world.segment(manifest(101));
  expect((await failureOf(up(edited, before))).message).toMatch(/MESSAGE_EDITED/);
  const accepted = await repair({ action: "baseline" }, edited, before);
  expect((await world.start().lifecycle.diff("id", accepted, edited)).changes).toBe(false);
  expect(world.bodies()).toEqual([1]);

  world.write("messages/rows.ndjson", "1\n2\n3\n");
  const rows = await world.segment("queue: orders\nsource: { file: rows.ndjson }\n");
  const pushed = await up(rows);
  world.write("messages/rows.ndjson", "1\n5\n");
  const shorter = await world.segment("queue: orders\nsource: { file: rows.ndjson }\n");
  expect((await failureOf(up(shorter, pushed))).message).toMatch(/DATA_FILE_EDITED/);
  const mended = await repair({ action: "baseline" }, shorter, pushed);
  expect((await world.start().lifecycle.diff("id", mended, shorter)).changes).toBe(false);
  expect(mended).toMatchObject({ pushed: 2, ledger: { complete: true } });
});

it("forget makes pushed messages pending, all or one, and pushes nothing itself", async () => {
  const inputs = await world.segment(manifest(1, 2));
  const before = await up(inputs);
  const one = await repair({ action: "forget", messages: ["m2"] }, inputs, before);
  expect(one).toMatchObject({ pushed: 1, ledger: { complete: false } });
  expect(world.bodies()).toEqual([1, 2]);
  const again = await up(inputs, one);
  expect(world.bodies()).toEqual([1, 2, 2]);
  expect(await repair({ action: "forget" }, inputs, again)).toMatchObject({ pushed: 0 });
});

it("settles messages in doubt as pushed, or to be sent again", async () => {
  const inputs = await world.segment(manifest(1, 2));
  const doubted = await inDoubt(inputs);
  expect(doubted).toMatchObject({ pushed: 0, inDoubt: 2, inDoubtMessages: ["m1", "m2"] });
  const one = await repair({ action: "settle_pushed", messages: ["m1"] }, inputs, doubted);
  expect(one).toMatchObject({ pushed: 1, inDoubt: 1, inDoubtMessages: ["m2"] });
  const both = await repair({ action: "settle_resend" }, inputs, one);
  expect(both).toMatchObject({ pushed: 1, inDoubt: 0, ledger: { complete: false } });
  expect(world.bodies()).toEqual([1, 2]);
  expect(await up(inputs, both)).toMatchObject({ pushed: 2, inDoubt: 0, lastPush: { pushed: 1 } });
  expect(world.bodies()).toEqual([1, 2, 2]);
});

it("finds rows by their numbers in the file", async () => {
  world.write("messages/rows.ndjson", "1\n2\n3\n");
  const inputs = await world.segment("queue: orders\nin_doubt: stop\nsource: { file: rows.ndjson }\n");
  const doubted = await inDoubt(inputs);
  const settled = await repair({ action: "settle_pushed", messages: ["#1", "#3"] }, inputs, doubted);
  expect(settled).toMatchObject({ pushed: 2, inDoubt: 1, inDoubtMessages: ["#2"] });
});

it("finds rows by their numbers with their ids, but not with the id of another row", async () => {
  world.write("messages/rows.ndjson", [1, 2, 3].map((n) => `{"n":${n}}\n`).join(""));
  const map = '{ id: "o-${row.n}", body: "${row}" }';
  const inputs = await world.segment(`queue: orders\nin_doubt: stop\nsource: { file: rows.ndjson, map: ${map} }\n`);
  const doubted = await inDoubt(inputs);
  expect(doubted.inDoubtMessages).toEqual(["#1 (o-1) to #3 (o-3)"]);
  const first = await repair({ action: "settle_pushed", messages: ["#1 (o-1)", "#3 (o-2)"] }, inputs, doubted);
  expect(first).toMatchObject({ pushed: 1, inDoubt: 2, inDoubtMessages: ["#2 (o-2) to #3 (o-3)"] });
  const second = await repair({ action: "settle_pushed", messages: ["#3"] }, inputs, first);
  expect(second).toMatchObject({ pushed: 2, inDoubtMessages: ["#2 (o-2)"] });
});

it.each(["accountId", "queueId"] as const)("repairs no ledger of another queue: %s", async (key) => {
  const inputs = await world.segment(manifest(1, 2));
  const before = await up(inputs);
  const elsewhere = { ...inputs, [key]: world.emulator.queueId("second") };
  world.request({ repair: { action: "baseline", manifest: "a", segments: "urn:a", messages: undefined } });
  const { lifecycle } = world.start();
  for (const run of [lifecycle.diff("id", before, elsewhere), lifecycle.update("id", before, elsewhere)]) {
    const failure = await failureOf(run);
    expect(failure.message).toMatch(/^QUEUE_CHANGED: .*Run `pulumi up` first/);
    expect(failure).not.toHaveProperty("outputs");
  }
});

it("treats a name as an id before it treats it as a number", async () => {
  const text = 'queue: orders\nmessages: [{ id: "#2", body: 1 }, { id: b, body: 2 }, { body: 3 }]\n';
  const inputs = await world.segment(text);
  const before = await up(inputs);
  await up(inputs, await repair({ action: "forget", messages: ["#2"] }, inputs, before));
  expect(world.bodies()).toEqual([1, 2, 3, 1]);
  await up(inputs, await repair({ action: "forget", messages: ["#1", "#3"] }, inputs, before));
  expect(world.bodies()).toEqual([1, 2, 3, 1, 1, 3]);
});

describe("a data file", () => {
  const source = "queue: orders\nin_doubt: stop\nsource: { file: rows.ndjson }\n";
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

  /** Returns the inputs of the segments for these rows. */
  async function rowsOf(rows: readonly number[]): Promise<SegmentInputs[]> {
    world.write("messages/a.yaml", source);
    world.write("messages/rows.ndjson", rows.join("\n"));
    return world.segments();
  }

  async function segmentOf(rows: readonly number[]): Promise<SegmentInputs> {
    const [first] = await rowsOf(rows);
    if (first === undefined) throw new Error("there is no segment");
    return first;
  }

  it.each(["baseline", "forget"] as const)("with edited rows is not accepted for one of them: %s", async (action) => {
    const before = await up(await segmentOf(numbers(1500)));
    const inputs = await segmentOf(numbers(1500).with(500, -500));
    for (const messages of [["#1"], ["#501"], ["#1", "#1400"]]) {
      const { message } = await failureOf(repair({ action, messages }, inputs, before));
      expect(message).toMatch(/^ROWS_TOGETHER: the ledger stores the rows #1 to #1000 of a as one block/);
    }
    const elsewhere = await failureOf(repair({ action, messages: ["#1400"] }, inputs, before));
    // The named row is not among the thousand rows that contain the edit.
    expect(elsewhere.message).toMatch(/^DATA_FILE_EDITED: .*\n.*rows 1 to 1000/);
    const messages = numbers(1000).map((n) => `#${n + 1}`);
    const mended = await repair({ action, messages }, inputs, before);
    expect(mended.pushed).toBe(action === "baseline" ? 1500 : 500);
  });

  it("that became shorter is accepted only as a whole", async () => {
    const before = await up(await segmentOf(numbers(1500)));
    for (const [left, code] of [
      [900, "ROWS_TOGETHER"],
      [1000, "DATA_FILE_EDITED"],
    ] as const) {
      const inputs = await segmentOf(numbers(left));
      const named = failureOf(repair({ action: "forget", messages: ["#1"] }, inputs, before));
      expect((await named).message).toMatch(new RegExp(`^${code}: `));
      const settled = failureOf(repair({ action: "settle_pushed" }, inputs, before));
      expect((await settled).message).toMatch(/^DATA_FILE_EDITED: /);
      expect(await repair({ action: "baseline" }, inputs, before)).toMatchObject({ pushed: left });
      expect(await repair({ action: "forget" }, inputs, before)).toMatchObject({ pushed: 0 });
    }
  });

  it("that became shorter by a whole segment stays so after a repair of some rows", async () => {
    const [first] = await rowsOf(numbers(5100));
    if (first === undefined) throw new Error("there is no segment");
    const before = await up(first);
    const inputs = await segmentOf(numbers(5000));
    const { lifecycle } = world.start();
    const forgotten = await repair({ action: "forget", messages: ["#1"] }, inputs, before);
    expect((await failureOf(lifecycle.diff("id", forgotten, inputs))).message).toMatch(/DATA_FILE_EDITED/);
    const accepted = await repair({ action: "baseline" }, inputs, before);
    expect((await lifecycle.diff("id", accepted, inputs)).changes).toBe(false);
  });

  it("that became shorter than what a killed run pushed has no more rows in its ledger than in the file", async () => {
    await world.start().lifecycle.create(await segmentOf(numbers(50)));
    const inputs = await segmentOf(numbers(40));
    expect((await failureOf(world.start().lifecycle.create(inputs))).message).toMatch(/DATA_FILE_EDITED/);
    const mended = await repair({ action: "baseline" }, inputs);
    expect(mended).toMatchObject({ pushed: 40, ledger: { complete: true } });
    expect((await world.start().lifecycle.diff("id", mended, inputs)).changes).toBe(false);
  });
});

describe("a data file of which some segments were pushed to the new queue", () => {
  const numbers = Array.from({ length: 5_100 }, (_, n) => n);
  /** Returns the segments and the outputs of the first one, which belong to the earlier queue. */
  const moved = async () => {
    world.write("messages/rows.ndjson", numbers.map((n) => `${n}\n`).join(""));
    world.write("messages/a.yaml", "queue: orders\nin_doubt: stop\nsource: { file: rows.ndjson }\n");
    const [first, second] = await world.segments();
    if (first === undefined || second === undefined) throw new Error("there are not two segments");
    const before = await up(first);
    const queueId = world.emulator.queueId("second");
    return { before, first: { ...first, queueId }, second: { ...second, queueId } };
  };
  const diff = async (
    messages: readonly string[] | undefined,
    action: RepairRequest["action"],
    before: SegmentOutputs,
    news: SegmentInputs,
  ) => {
    world.request({ repair: { action, manifest: "a", segments: "urn:a", messages } });
    try {
      return await world.start().lifecycle.diff("id", before, news);
    } finally {
      delete world.env[requestEnv];
    }
  };

  it("is settled without the others", async () => {
    const { before, first, second } = await moved();
    expect((await diff(["#5001", "#5100"], "settle_pushed", before, first)).changes).toBe(false);
    expect((await diff(undefined, "settle_resend", before, first)).changes).toBe(false);
    const doubted = await inDoubt(second);
    expect(doubted).toMatchObject({ inDoubt: 100 });
    expect(await repair({ action: "settle_pushed", messages: ["#5001", "#5100"] }, second, doubted)).toMatchObject({
      pushed: 2,
      inDoubt: 98,
    });
  });

  it("is not repaired if a row of the others is named, or all rows are", async () => {
    const { before, first } = await moved();
    for (const [messages, action] of [
      [["#5000", "#5001"], "settle_pushed"],
      [undefined, "forget"],
      [undefined, "baseline"],
    ] as const) {
      const run = diff(messages, action, before, first);
      expect((await failureOf(run)).message).toMatch(/^QUEUE_CHANGED: /);
    }
    expect((await failureOf(diff(undefined, "settle_pushed", { ...before, inDoubt: 1 }, first))).message).toMatch(
      /^QUEUE_CHANGED: /,
    );
  });
});

it("reports messages that the repair cannot apply to, and changes nothing", async () => {
  const inputs = await world.segment(manifest(1));
  const before = await up(inputs);
  const failure = await failureOf(repair({ action: "settle_pushed", messages: ["m7"] }, inputs, before));
  expect(failure.message).toMatch(/MESSAGE_UNKNOWN: .*"m7"/);
  expect(failure).not.toHaveProperty("outputs");
});

it("pushes nothing from another manifest in a run that repairs", async () => {
  world.request({ repair: { action: "forget", manifest: "b", segments: "urn:b", messages: undefined } });
  const { lifecycle } = world.start();
  const failure = await failureOf(lifecycle.create(await world.segment(manifest(1))));
  expect(failure.message).toMatch(/REPAIR_ONLY/);
  expect(requests()).toBe(0);
});

it("leaves a manifest of the same name alone that another component deploys", async () => {
  const duplicate = { ...(await world.segment(manifest(1))), resourceUrn: "urn:second/a/0" };
  const before = await up(duplicate);
  world.request({ repair: { action: "forget", manifest: "a", segments: "urn:first/a", messages: undefined } });
  const { lifecycle } = world.start();
  expect(await lifecycle.diff("id", before, duplicate)).toEqual({ changes: false, replaces: [] });
  expect((await failureOf(lifecycle.update("id", before, duplicate))).message).toMatch(/^REPAIR_ONLY/);
});

it("distinguishes ids that look like numbers from message numbers, and accepts either form", async () => {
  const text = (more: string) =>
    `queue: orders\nin_doubt: stop\nmessages: [{ id: "#3", body: 1 }, { id: "#4", body: 2 }, { body: 3 }, { body: 4 }${more}]\n`;
  const inputs = await world.segment(text(""));
  const before = await inDoubt(inputs);
  expect(before.inDoubtMessages).toEqual(['"#3"', '"#4"', "#3 to #4"]);
  // "#3" matches an id first, and only then the number of a message.
  const first = await repair({ action: "settle_pushed", messages: ["#3"] }, inputs, before);
  expect(first.inDoubtMessages).toEqual(['"#4"', "#3 to #4"]);
  const second = await repair({ action: "settle_pushed", messages: ['"#4"'] }, inputs, first);
  expect(second.inDoubtMessages).toEqual(["#3 to #4"]);
});
