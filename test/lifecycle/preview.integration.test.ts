import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SegmentInputs, SegmentOutputs } from "../../src/lifecycle/state/segment.ts";
import { unknownValue } from "../../src/lifecycle/state/unknown.ts";
import { failureOf, makeWorld, type World } from "./support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

/** Returns the lines that a preview logs for a segment. */
async function preview(before: SegmentOutputs, inputs: SegmentInputs): Promise<readonly string[]> {
  const logged = world.logged.length;
  const { lifecycle } = world.start();
  await lifecycle.check(before, { ...inputs, preview: true });
  await lifecycle.diff("id", before, inputs);
  return world.logged.slice(logged);
}

describe("of messages in doubt", () => {
  const text = "queue: orders\nin_doubt: stop\nmessages: [{ body: 1 }, { body: 2 }]\n";

  async function inDoubt(): Promise<SegmentOutputs> {
    world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
    const { outputs } = await failureOf(world.start().lifecycle.create(await world.segment(text)));
    if (outputs === undefined) throw new Error("Pulumi had to keep something");
    return outputs;
  }

  it("says that they are held, and how many are sent in addition", async () => {
    const before = await inDoubt();
    expect(await preview(before, await world.segment(text))).toEqual([
      "info: 0 messages to push to orders, 2 in doubt, not sent again",
    ]);
    const more = await world.segment(text.replace("]\n", ", { body: 3 }]\n"));
    expect(await preview(before, more)).toEqual(["info: 1 message to push to orders, 2 in doubt, not sent again"]);
  });

  it("says that they may arrive twice if they are sent again", async () => {
    const before = await inDoubt();
    const resend = await world.segment(text.replace("in_doubt: stop\n", ""));
    expect(await preview(before, resend)).toEqual([
      "info: 2 messages to push to orders (2 of them in doubt, which may arrive twice)",
    ]);
  });
});

it("treats a queue that is only known during the run as a new, empty one", async () => {
  const before = (
    await world.start().lifecycle.create(await world.segment("queue: orders\nmessages: [{ id: a, body: 1 }]\n"))
  ).outs;
  const more = await world.segment("queue: orders\nmessages: [{ id: a, body: 1 }, { body: 2 }]\n");
  expect(await preview(before, { ...more, queueId: unknownValue })).toEqual(["info: 2 messages to push to orders"]);
  const edited = await world.segment("queue: orders\nmessages: [{ id: a, body: 3 }]\n");
  expect(await preview(before, { ...edited, queueId: unknownValue })).toEqual(["info: 1 message to push to orders"]);
  expect((await failureOf(preview(before, edited))).message).toMatch(/^MESSAGE_EDITED/);
});

it("already refuses messages in place of a data file of the same queue", async () => {
  const { outs } = await world
    .start()
    .lifecycle.create(await world.segment("queue: orders\nmessages: [{ body: 1 }]\n"));
  world.write("messages/rows.ndjson", "1\n");
  const rows = await world.segment("queue: orders\nsource: { file: rows.ndjson }\n");
  expect((await failureOf(preview(outs, rows))).message).toMatch(/^SOURCE_CHANGED/);
});
