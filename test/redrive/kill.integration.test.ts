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

/** Runs an export that dies at a step. @returns the steps that it made */
async function killedRun(world: World, at: number | undefined, when?: When): Promise<readonly string[]> {
  const { ports, made } = stepping(world.ports, at, when);
  await world.take({}, ports).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  return made;
}

/** Holds what is there after the last run against what was promised. @returns how many messages were named */
function check(world: World, unsettled: readonly string[], kills = 1): number {
  const sort = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  // Nothing is lost, and nothing is written twice.
  expect(sort(world.rows())).toEqual(sort(numbered(103).map(({ body }) => body)));
  expect(sort(world.rows("text"))).toEqual(sort(["words", "more words"]));
  // No other consumer is there, so nothing may be left that would be pushed twice.
  expect(world.left()).toEqual([]);
  // Only the batch in hand of each run that was killed can be in doubt.
  expect(unsettled.length).toBeLessThanOrEqual(100 * kills);
  const files = ["out.ndjson", "out.text.ndjson", "out.yaml"];
  expect(world.files()).toEqual(unsettled.length > 0 ? [files[0], "out.progress", ...files.slice(1)] : files);
  return unsettled.length;
}

it("loses nothing and doubles nothing, wherever a run is killed", async () => {
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
      // Once the progress file is gone, so is the export's memory: everything was finished before.
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

it("loses nothing and doubles nothing if the runs that continue are killed too", async () => {
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

/** Whether the export is not finished. */
async function canContinue(world: World): Promise<boolean> {
  return world.files().includes("out.progress") || world.files().length === 0;
}
