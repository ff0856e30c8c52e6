import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { RunningProcess } from "../../src/engine/child-process.ts";
import { formatLabelList } from "../../src/labels.ts";
import { documentedLimits } from "../../src/push/rate/documented-limits.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const count = 12_000;
const rows = Array.from({ length: count }, (_, n) => n);

/** Creates a stack with three segments, of which two are pushed at once: 120 slow requests. */
async function makeKilled(): Promise<Seeder> {
  const seeder = await makeSeeder({
    messages: {
      "a.yaml": 'queue: orders\nsource: { file: rows.ndjson, map: { id: "r-${row}", body: "${row}" } }\n',
      "rows.ndjson": rows.join("\n"),
    },
  });
  seeder.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 200 } });
  return seeder;
}

const provider = ({ stack }: Seeder) => stack.processes().filter(({ command }) => command.includes("dynamic-provider"));

/** Starts a run, and resolves once the queue has accepted ten of its requests. */
async function startPushing({ stack, emulator }: Seeder): Promise<RunningProcess> {
  let seen = 0;
  const tenth = emulator.nextRequest(({ accepted }) => accepted > 0 && ++seen === 10);
  const run = stack.spawnUp();
  const over = run.done.then((finished) => {
    throw new Error(`the run was over before it was to be killed: ${outputOf(finished)}`);
  });
  await Promise.race([tenth, over]);
  over.catch(() => {});
  return run;
}

/** Returns how many copies of each row are in the queue. */
function times({ bodies }: Seeder): Map<number, number> {
  const found = new Map(rows.map((row) => [row, 0]));
  for (const body of bodies("orders")) found.set(Number(body), (found.get(Number(body)) ?? 0) + 1);
  return found;
}

/** Returns the rows that labels name, such as `#5 (r-4) to #9 (r-8)`. */
function rowsOf(labels: readonly string[]): readonly number[] {
  return labels.flatMap((label) => {
    const [first = Number.NaN, last = first] = label.split(" to ").map((each) => {
      const [, number, row] = /^#(\d+) \(r-(\d+)\)$/.exec(each) ?? [];
      expect(Number(row), label).toBe(Number(number) - 1);
      return Number(row);
    });
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

/** Finishes after a kill, and checks that only rows that the run names are in the queue twice. @returns these rows */
async function finish(seeder: Seeder): Promise<readonly number[]> {
  const { stack, emulator } = seeder;
  emulator.faults.clear();
  succeeded(await stack.pulumi(["cancel", "--yes"]));
  const up = succeeded(await stack.up());
  expect(outputOf(up)).toContain("the journal of an interrupted run shows");
  const outputs = stack.outputs() as {
    manifests: { a: { pushed: number; lastPush: { possibleDuplicates?: string[] } } };
  };
  const named = new Set(rowsOf(outputs.manifests.a.lastPush.possibleDuplicates ?? []));
  expect(outputs.manifests.a.pushed).toBe(count);
  const found = times(seeder);
  expect([...found].filter(([, often]) => often === 0)).toEqual([]);
  const twice = [...found].filter(([, often]) => often > 1).map(([row]) => row);
  expect(twice.filter((row) => !named.has(row))).toEqual([]);
  expect(Math.max(...found.values())).toBeLessThanOrEqual(2);
  return twice;
}

it("an orphaned provider stops and ends, and the next run knows what it pushed", async () => {
  await using seeder = await makeKilled();
  const run = await startPushing(seeder);
  run.child.kill("SIGKILL");
  await run.done;
  await vi.waitUntil(() => provider(seeder).length === 0, { timeout: 30_000 });
  expect(seeder.bodies("orders").length).toBeLessThan(count);
  const planned = await cli(seeder.stack.project, ["plan", "--stack", "test", "--format", "json", "--no-preview"]);
  expect(JSON.parse(planned.stdout).manifests).toMatchObject([
    { push: { messages: count }, journaled: { pushed: seeder.bodies("orders").length, inDoubt: 0 } },
  ]);
  // No request was in flight when it ended, so no message is in doubt.
  expect(await finish(seeder)).toEqual([]);

  // The Pulumi state is complete now, so the next run pushes nothing.
  const { stack, emulator } = seeder;
  const requests = emulator.requests.length;
  succeeded(await stack.up());
  expect(emulator.requests).toHaveLength(requests);
  expect(readdirSync(join(stack.project.dir, ".queue-seeder/journal"))).toEqual([]);
});

it("after engine and provider were killed together, only messages in flight may arrive twice", async () => {
  await using seeder = await makeKilled();
  const run = await startPushing(seeder);
  run.child.kill("SIGKILL");
  for (const { pid } of provider(seeder)) process.kill(pid, "SIGKILL");
  await run.done;
  const arrived = new Set(seeder.bodies("orders")).size;
  const status = await cli(seeder.stack.project, ["status", "--stack", "test", "--format", "json"]);
  const [{ pushed, inDoubt, pending, inDoubtMessages }] = JSON.parse(status.stdout).manifests;
  expect(pushed + pending).toBe(count);
  expect(pushed).toBeLessThanOrEqual(arrived);
  expect(pushed + inDoubt).toBeGreaterThanOrEqual(arrived);
  // Only the journal has the rows in doubt, and status names each by its number and id.
  const doubted = rowsOf(inDoubtMessages);
  expect(inDoubt).toBeGreaterThan(0);
  expect(new Set(doubted).size).toBe(inDoubt);
  const planned = await cli(seeder.stack.project, ["plan", "--stack", "test", "--no-preview"]);
  expect(planned.stdout).toContain(`    in doubt: ${formatLabelList(inDoubtMessages)}\n`);
  const twice = await finish(seeder);
  expect(twice.filter((row) => !doubted.includes(row))).toEqual([]);
  // At most the requests that the throttle allows in flight, for all segments together.
  expect(twice.length).toBeLessThanOrEqual(documentedLimits.maxInFlight * 100);
});
