import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSharedDelivery, resolveDeliveryNumber } from "../../src/lifecycle/delivery-number.ts";
import type { SegmentInputs, SegmentOutputs } from "../../src/lifecycle/state/segment.ts";
import { failureOf, makeWorld, type World } from "./support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

type State = readonly (SegmentOutputs | undefined)[];

const rows = 5_100;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const write = (bodies: readonly number[]) =>
  world.write("messages/rows.ndjson", bodies.map((body) => `${body}\n`).join(""));
const mode = (push: string, more = "") =>
  world.write("messages/a.yaml", `queue: orders\npush: ${push}\n${more}source: { file: rows.ndjson }\n`);

/** Returns the inputs as the program makes them: all with the delivery number that follows from the state. */
async function segments(state: State): Promise<readonly SegmentInputs[]> {
  const all = await world.segments();
  const [first] = all;
  if (first === undefined || !isSharedDelivery(all)) return all;
  const deliveryNumber = resolveDeliveryNumber(all, state, first);
  return all.map((inputs) => ({ ...inputs, deliveryNumber }));
}

/** Deploys as Pulumi does, one segment after the other until one fails. @returns the resulting state */
async function up(state: State = []): Promise<State> {
  const { lifecycle, end } = world.start();
  const after = [...state];
  for (const [index, inputs] of (await segments(state)).entries()) {
    const olds = state[index];
    const { changes } = olds === undefined ? { changes: true } : await lifecycle.diff("id", olds, inputs);
    if (!changes) continue;
    const run = olds === undefined ? lifecycle.create(inputs) : lifecycle.update("id", olds, inputs);
    const ended = await run.catch((error: unknown) => error);
    if (ended instanceof Error) {
      after[index] = (await failureOf(run)).outputs ?? olds;
      break;
    }
    after[index] = (ended as { outs: SegmentOutputs }).outs;
  }
  end();
  return after;
}

/** Makes the queue full after this many requests. */
const fullAfter = (skip: number) =>
  world.emulator.faults.add({ match: { method: "POST" }, effect: { kind: "error", code: 10251 }, skip });

/** Counts the messages that a run puts into the queue. @returns their number, and the resulting state */
async function sentBy(run: () => Promise<State>): Promise<readonly [number, State]> {
  const before = world.bodies().length;
  const state = await run();
  return [world.bodies().length - before, state];
}

describe("a delivery of a data file with several segments", () => {
  it.each([
    ["before anything of the second one", 50, 5_000],
    ["within the second one", 51, 5_100],
    ["within the first one", 10, 1_000],
  ])("is finished before a new one by every_deploy after a failure %s", async (_, requests, accepted) => {
    write(numbers(rows + 50));
    mode("every_deploy");
    const first = await up();
    expect(world.bodies()).toHaveLength(rows + 50);
    fullAfter(requests);
    const [started, failed] = await sentBy(() => up(first));
    expect(started).toBe(accepted);
    world.emulator.faults.clear();
    const [rest, finished] = await sentBy(() => up(failed));
    expect(rest).toBe(rows + 50 - accepted);
    const [again] = await sentBy(() => up(finished));
    expect(again).toBe(rows + 50);
  });

  it("is finished after a failure of the first run, which left the second segment unknown", async () => {
    write(numbers(rows));
    mode("every_deploy");
    fullAfter(50);
    const failed = await up();
    expect(failed.map((each) => each?.pushed)).toEqual([5_000, undefined]);
    world.emulator.faults.clear();
    expect((await sentBy(() => up(failed)))[0]).toBe(100);
    expect(
      world
        .bodies()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(numbers(rows));
  });

  it("is finished from the journals if the state was not saved, however often", async () => {
    write(numbers(rows));
    mode("every_deploy");
    const first = await up();
    fullAfter(50);
    await up(first);
    world.emulator.faults.clear();
    expect((await sentBy(() => up(first)))[0]).toBe(100);
    const [none, saved] = await sentBy(() => up(first));
    expect(none).toBe(0);
    expect((await sentBy(() => up(saved)))[0]).toBe(rows);
  });

  it("is a new one, of all rows, as soon as the rows change", async () => {
    write(numbers(rows));
    mode("every_deploy");
    const first = await up();
    fullAfter(50);
    const failed = await up(first);
    world.emulator.faults.clear();
    write([...numbers(rows - 1), -1]);
    expect((await sentBy(() => up(failed)))[0]).toBe(rows);
  });

  it("is finished in a mode that is chosen in the middle of it", async () => {
    write(numbers(rows));
    mode("every_deploy");
    const first = await up();
    fullAfter(50);
    const failed = await up(first);
    world.emulator.faults.clear();
    mode("on_change");
    const [rest, finished] = await sentBy(() => up(failed));
    expect(rest).toBe(100);
    expect((await sentBy(() => up(finished)))[0]).toBe(0);
    mode("every_deploy");
    expect((await sentBy(() => up(finished)))[0]).toBe(rows);
  });

  it("is finished and not restarted if it began with once", async () => {
    write(numbers(rows));
    mode("once");
    fullAfter(50);
    const failed = await up();
    world.emulator.faults.clear();
    mode("every_deploy");
    const [rest, finished] = await sentBy(() => up(failed));
    expect(rest).toBe(100);
    expect((await sentBy(() => up(finished)))[0]).toBe(rows);
  });

  it.each([
    ["within the segment that grew", 10],
    ["after the segment that grew", 49],
  ])("is finished after once, which added rows and failed %s", async (_, requests) => {
    write(numbers(rows));
    mode("every_deploy");
    const first = await up();
    write(numbers(rows + 5_000));
    mode("once");
    fullAfter(requests);
    const [added, failed] = await sentBy(() => up(first));
    world.emulator.faults.clear();
    mode("every_deploy");
    const [rest, finished] = await sentBy(() => up(failed));
    expect(added + rest).toBe(5_000);
    expect((await sentBy(() => up(finished)))[0]).toBe(rows + 5_000);
  });

  it("is restarted by on_change if the rows change back before all segments were pushed", async () => {
    write(numbers(rows));
    mode("on_change");
    const first = await up();
    write([-1, ...numbers(rows - 1)]);
    fullAfter(50);
    const failed = await up(first);
    world.emulator.faults.clear();
    write(numbers(rows));
    expect((await sentBy(() => up(failed)))[0]).toBe(rows);
  });

  it.each(["on_change", "every_deploy"])("is not restarted by %s because one ledger cannot be read", async (push) => {
    write(numbers(rows));
    mode(push);
    const [first, second] = await up();
    if (second === undefined) throw new Error("there is no second segment");
    const unreadable = { ...second, ledger: { version: 99 } as unknown as SegmentOutputs["ledger"] };
    const [inputs, ...rest] = await segments([first, unreadable]);
    expect([inputs?.deliveryNumber, ...rest.map(({ deliveryNumber }) => deliveryNumber)]).toEqual([1, 1]);
  });

  it("has its own number for each queue", async () => {
    write(numbers(rows));
    mode("every_deploy");
    const first = await up();
    const [inputs, ...rest] = await segments(first);
    if (inputs === undefined) throw new Error("there is no segment");
    const second = { accountId: inputs.accountId, queueId: world.emulator.queueId("second") };
    expect(inputs.deliveryNumber).toBe(2);
    expect(resolveDeliveryNumber([inputs, ...rest], first, second)).toBe(1);
  });
});
