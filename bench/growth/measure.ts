import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OwnStack } from "../../test/engine/support/stack.ts";
import { baseline } from "../engine/measure.ts";
import { emptyStack, stackOfManifests, stackOfRows, up } from "../engine/stacks.ts";
import { startRemote } from "../support/emulator.ts";
import { kilobytes, seconds, table, timed, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { drawGrowth } from "./picture.ts";

/** A size of a repository, and what a run of it takes. */
export interface Point {
  readonly size: number;
  /** `up` with nothing to push, in milliseconds. */
  readonly noOp: number;
  /** The state's size, in bytes. */
  readonly state: number;
}

const rowCounts = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const manifestCounts = [1, 10, 100, 300, 1_000];

/** Measures how a run with nothing to push, and the state, grow with rows and with manifests, and draws a picture of it. */
export async function measureGrowth(): Promise<Section> {
  await using emulator = await startRemote();
  await using empty = await emptyStack();
  await up(empty);
  const nothing = await timed(() => up(empty));
  const rows: Point[] = [];
  for (const size of rowCounts) {
    await using stack = await stackOfRows(size, emulator);
    await baseline(stack);
    rows.push(await measurePoint(stack, size));
  }
  const manifests: Point[] = [];
  for (const size of manifestCounts) {
    await using stack = await stackOfManifests(size, emulator);
    await up(stack);
    manifests.push(await measurePoint(stack, size));
    await emulator.purge();
  }
  writeFileSync(join(import.meta.dirname, "../growth.svg"), drawGrowth({ rows, manifests, nothing }));
  const lines = (points: readonly Point[]) =>
    points.map(({ size, noOp, state }) => [whole(size), seconds(noOp), kilobytes(state)]);
  return {
    name: "growth",
    title: "How a run with nothing to push grows",
    text: [
      `\`pulumi up --skip-preview\` of messages that were pushed before; an empty program takes ${seconds(nothing)}. One run each.`,
      "![Time and state by number of rows and of manifests](growth.svg)",
      table(["rows of a data file", "time", "state"], lines(rows)),
      table(["manifests of 10 messages", "time", "state"], lines(manifests)),
    ].join("\n\n"),
  };
}

async function measurePoint(stack: OwnStack, size: number): Promise<Point> {
  await up(stack);
  return { size, noOp: await timed(() => up(stack)), state: Buffer.byteLength(stack.exportState()) };
}
