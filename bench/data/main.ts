import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Taken } from "./read.ts";
import { writeRows } from "./write.ts";

/**
 * Validates a data file that is larger than memory, and compares it with JSON.parse of each line, and a run with a map with
 * one without. Reports ratios of time and the peak memory of each process. The file is generated in a temporary folder.
 *
 *     node bench/data/main.ts [GB] [rounds]
 */
const gigabytes = Number(process.argv[2] ?? 2);
const rounds = Number(process.argv[3] ?? 3);

/** The maximum ratio of processor time with a map to that without. */
const allowedRatio = 2;

/** The maximum resident memory in bytes, independent of the file's size. */
const allowedPeak = 300_000_000;

/** The map of docs/pushing.md. */
const mapped = `queue: orders
source:
  file: ../messages/rows.ndjson
  map: { id: "order-\${row.order}", body: "\${row}" }
`;

const root = mkdtempSync(join(tmpdir(), "queue-seeder-bench-"));
try {
  mkdirSync(join(root, "messages"));
  mkdirSync(join(root, "mapped"));
  writeFileSync(join(root, "messages/rows.yaml"), "queue: orders\nsource: { file: rows.ndjson }\n");
  writeFileSync(join(root, "mapped/rows.yaml"), mapped);
  const { rows, bytes } = writeRows(join(root, "messages/rows.ndjson"), gigabytes * 1e9);
  console.log(
    `${(bytes / 1e9).toFixed(2)} GB, ${rows} rows of NDJSON; Node ${process.version}; ${rounds} rounds in turns`,
  );

  const pairs: { readonly check: Taken; readonly map: Taken; readonly parse: Taken }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ check: await read("check", rows), map: await read("map", rows), parse: await read("parse", rows) });
  }
  show(
    "checked by the seeder",
    rows,
    pairs.map(({ check }) => check),
  );
  show(
    "checked with a map",
    rows,
    pairs.map(({ map }) => map),
  );
  show(
    "JSON.parse of each line",
    rows,
    pairs.map(({ parse }) => parse),
  );
  const ratio = median(pairs.map(({ check, parse }) => check.seconds / parse.seconds));
  const cpu = median(pairs.map(({ check, parse }) => check.cpu / parse.cpu));
  console.log(`time as a ratio (median)    ${ratio.toFixed(2)}; of the processor time ${cpu.toFixed(2)}`);
  const slower = median(pairs.map(({ check, map }) => map.cpu / check.cpu));
  console.log(
    `with a map / without        ${slower.toFixed(2)} of the processor time, ${slower <= allowedRatio ? "within" : "OVER"} the ${allowedRatio} allowed`,
  );
  const peak = Math.max(...pairs.flatMap(({ check, map }) => [check.peak, map.peak]));
  const verdict = peak <= allowedPeak ? "within" : "OVER";
  console.log(
    `memory of the check         ${megabytes(peak)} at most, ${verdict} the ${megabytes(allowedPeak)} allowed`,
  );
  if (peak > allowedPeak || slower > allowedRatio) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function read(way: "check" | "map" | "parse", rows: number): Promise<Taken> {
  const script = join(import.meta.dirname, "read.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, way, root]);
  const taken: Taken = JSON.parse(stdout);
  if (taken.rows !== rows) throw new Error(`${way} found ${taken.rows} rows of ${rows}`);
  return taken;
}

function show(name: string, rows: number, runs: readonly Taken[]): void {
  const rate = Math.round(rows / median(runs.map(({ seconds }) => seconds)));
  const peak = Math.max(...runs.map((run) => run.peak));
  console.log(`${name.padEnd(27)} ${rate} rows/s, ${megabytes(peak)} of memory`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
