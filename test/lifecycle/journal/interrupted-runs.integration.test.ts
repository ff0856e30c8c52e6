import { afterEach, beforeEach, expect, it } from "vitest";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const manifest = (push: string, bodies: readonly number[]) =>
  `queue: orders\npush: ${push}\nmessages:\n${bodies.map((body) => `  - { id: m${body}, body: ${body} }\n`).join("")}`;
const sorted = (from: number) =>
  world
    .bodies()
    .slice(from)
    .sort((a, b) => Number(a) - Number(b));

async function up(inputs: SegmentInputs, before?: SegmentOutputs): Promise<SegmentOutputs> {
  const { lifecycle, end } = world.start();
  const { outs } = await (before === undefined ? lifecycle.create(inputs) : lifecycle.update("id", before, inputs));
  end();
  return outs;
}

/** Makes a run that the API stops after one request. @returns the outputs to store in the state */
async function stopped(inputs: SegmentInputs, before?: SegmentOutputs): Promise<SegmentOutputs> {
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
  const { outputs } = await failureOf(up(inputs, before));
  world.emulator.faults.clear();
  if (outputs === undefined) throw new Error("Pulumi had to keep something");
  return outputs;
}

/** Does the same, and drops the state, as if Pulumi was killed before it saved: only the journal has the first request. */
async function killed(inputs: SegmentInputs, before?: SegmentOutputs): Promise<void> {
  await stopped(inputs, before);
}

it("continues with the second of two deliveries of the same messages, which the ledger does not count as the first", async () => {
  const inputs = await world.segment(manifest("every_deploy", numbers(250)));
  const first = await up(inputs);
  await killed(inputs, first);
  expect(world.bodies()).toHaveLength(350);
  const second = await up(inputs, first);
  expect(sorted(250)).toEqual(numbers(250));
  expect(withEmpties(second)).toMatchObject({ pushed: 250, lastPush: { pushed: 250, possibleDuplicates: [] } });
});

it("pushes all of a changed manifest, although a part of its former content was pushed", async () => {
  const before = await stopped(await world.segment(manifest("on_change", numbers(250))));
  expect(before).toMatchObject({ pushed: 100 });
  // The new list still contains what was pushed, at its end.
  const inputs = await world.segment(manifest("on_change", [...numbers(251)].reverse()));
  await killed(inputs, before);
  expect(world.bodies()).toHaveLength(200);
  const { pushed } = await up(inputs, before);
  expect(pushed).toBe(251);
  expect(sorted(100)).toEqual(numbers(251));
});

it("continues after a failure that was too large for an error to Pulumi", async () => {
  const inputs = await world.segment(manifest("once", numbers(250)));
  // The properties of an error are sent in a header, and are lost if they exceed the limit of Pulumi's connection.
  const large = { ...inputs, resourceUrn: `urn:${"x".repeat(8_000_000)}/0` };
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
  const run = world.start();
  await failureOf(run.lifecycle.create(large));
  run.end();
  world.emulator.faults.clear();
  await up(inputs);
  expect(sorted(0)).toEqual(numbers(250));
});
