import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OwnStack } from "../../test/engine/support/stack.ts";
import { baseline } from "../engine/measure.ts";
import { emptyStack, stackOfManifests, stackOfRows, up } from "../engine/stacks.ts";
import { startRemote } from "../support/emulator.ts";
import { kilobytes, seconds, table, timed, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { drawGrowth } from "./picture.ts";
import { type Growth, type Point, readGrowth, type Series, selectSizes, withPoint, writeGrowth } from "./points.ts";

/**
 * Measures how a run with nothing to push, and the state, grow with rows and with manifests, and draws a picture of it. Points that are
 * not selected keep their last figures.
 *
 * @param selection see `selectSizes`
 */
export async function measureGrowth(selection?: string): Promise<Section> {
  let growth: Growth = { ...readGrowth(), nothing: await measureNothing() };
  for (const { series, size } of selectSizes(selection)) {
    const point = await measurePoint(series, size);
    console.log(`${whole(size)} ${series}: ${seconds(point.noOp)}, ${kilobytes(point.state)}`);
    growth = withPoint(growth, series, point);
    writeGrowth(growth);
  }
  writeFileSync(join(import.meta.dirname, "../growth.svg"), drawGrowth(growth));
  const lines = (points: readonly Point[]) =>
    points.map(({ size, noOp, state }) => [whole(size), seconds(noOp), kilobytes(state)]);
  return {
    name: "growth",
    title: "How a run with nothing to push grows",
    text: [
      `\`pulumi up --skip-preview\` of messages that were pushed before; an empty program takes ${seconds(growth.nothing)}. One run each.`,
      "![Time and state by number of rows and of manifests](growth.svg)",
      table(["rows of a data file", "time", "state"], lines(growth.rows)),
      table(["manifests of 10 messages", "time", "state"], lines(growth.manifests)),
    ].join("\n\n"),
  };
}

/** Measures `up` of an empty program, in milliseconds. */
async function measureNothing(): Promise<number> {
  await using empty = await emptyStack();
  await up(empty);
  return await timed(() => up(empty));
}

async function measurePoint(series: Series, size: number): Promise<Point> {
  await using emulator = await startRemote();
  if (series === "rows") {
    await using stack = await stackOfRows(size, emulator);
    await baseline(stack);
    return await measureNoOp(stack, size);
  }
  await using stack = await stackOfManifests(size, emulator);
  await up(stack);
  return await measureNoOp(stack, size);
}

async function measureNoOp(stack: OwnStack, size: number): Promise<Point> {
  await up(stack);
  return { size, noOp: await timed(() => up(stack)), state: Buffer.byteLength(stack.exportState()) };
}
