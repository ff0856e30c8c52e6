import fc from "fast-check";
import { expect, it } from "vitest";
import { Killed, stepping, type When } from "./support/kill.ts";
import { makeWorld, numbered, type World } from "./support/world.ts";

/** Two batches, in two data files. */
const messages = [
  ...numbered(103),
  { body: "words", content_type: "text" as const },
  { body: "more words", content_type: "text" as const },
];

const whens = ["before", "half", "after"] as const satisfies readonly When[];

/** Runs an export that is killed at a step. @returns the steps that it took */
async function killedRun(world: World, at: number | undefined, when?: When): Promise<readonly string[]> {
  const { ports, made } = stepping(world.ports, at, when);
  await world.take({}, ports).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  return made;
}

/** Checks the result of the last run against the guarantees. @returns the number of messages that the runs named */
function check(world: World, unsettled: readonly string[], kills = 1): number {
  const sort = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  // Nothing is lost, and nothing is written twice.
  expect(sort(world.rows())).toEqual(sort(numbered(103).map(({ body }) => body)));
  expect(sort(world.rows("text"))).toEqual(sort(["words", "more words"]));
  // There is no other consumer, so the queue must not keep a message that would be pushed twice.
  expect(world.left()).toEqual([]);
  // Only the current batch of each killed run can be in doubt.
  expect(unsettled.length).toBeLessThanOrEqual(100 * kills);
  const files = ["out.ndjson", "out.text.ndjson", "out.yaml"];
  expect(world.files()).toEqual(unsettled.length > 0 ? [files[0], "out.progress", ...files.slice(1)] : files);
  return unsettled.length;
}

it("loses nothing and duplicates nothing, wherever a run is killed", async () => {
  await using reference = await makeWorld();
  await reference.fill(messages);
  const steps = await killedRun(reference, undefined);
  expect(steps.length).toBeGreaterThan(15);
  const figures = { points: 0, named: 0 };
  for (const at of steps.keys()) {
    for (const when of whens) {
      if (when === "half" && !steps[at]?.startsWith("append")) continue;
      await using world = await makeWorld();
      await world.fill(messages);
      const made = await killedRun(world, at, when);
      expect(made).toEqual(steps.slice(0, at + 1));
      // Without the progress file, the export has no record: it had finished before.
      const isOver = steps[at] === "remove out.progress" && when === "after";
      const unsettled = isOver ? [] : (await world.take()).unsettled;
      figures.points += 1;
      figures.named += check(world, unsettled);
    }
  }
  expect(figures).toMatchInlineSnapshot(`
    {
      "named": 535,
      "points": 45,
    }
  `);
}, 120_000);

it("loses nothing and duplicates nothing if the runs that continue are killed too", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(18), fc.constantFrom(...whens)), { minLength: 2, maxLength: 5 }),
      async (kills) => {
        await using world = await makeWorld();
        await world.fill(messages);
        for (const [at, when] of kills) {
          if (!(await canContinue(world))) break;
          await killedRun(world, at, when);
        }
        check(world, (await canContinue(world)) ? (await world.take()).unsettled : [], kills.length);
      },
    ),
    { numRuns: 15, seed: 20_261_127 },
  );
}, 120_000);

/** Reports whether the export is unfinished. */
async function canContinue(world: World): Promise<boolean> {
  return world.files().includes("out.progress") || world.files().length === 0;
}
