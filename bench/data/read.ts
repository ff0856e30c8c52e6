import { createReadStream } from "node:fs";
import { join } from "node:path";
import { formatDiagnostic, loadManifests } from "../../src/manifest/index.ts";
import { readPeakMemory } from "../support/peak-memory.ts";

/**
 * Reads the data file of a repository in the given way, as a separate process, and prints the time and memory as JSON.
 *
 *     node bench/data/read.ts check|map|parse ROOT
 */
export interface Taken {
  readonly rows: number;
  readonly seconds: number;
  /** Processor time in seconds, which is meaningful even on a busy machine. */
  readonly cpu: number;
  /** Peak memory of the process in bytes. */
  readonly peak: number;
}

/** Runs the real code, like `validate` and the Pulumi program. */
async function check(root: string, folder: string): Promise<number> {
  const { manifests, problems } = await loadManifests({ root, folder });
  const [manifest] = manifests;
  if (problems.length > 0 || manifest?.content.kind !== "file")
    throw new Error(problems.map(formatDiagnostic).join("\n"));
  return manifest.content.size?.messages ?? 0;
}

/** Does the minimum work of any reader: splits the lines and parses each with JSON.parse. */
async function parse(root: string): Promise<number> {
  let rows = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(root, "messages/rows.ndjson"), { highWaterMark: 256 * 1024 })) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      JSON.parse(bytes.toString("utf8", from, end));
      rows += 1;
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  return rows;
}

const [way, root = ""] = process.argv.slice(2);
const start = performance.now();
const rows = await (way === "parse" ? parse(root) : check(root, way === "map" ? "mapped" : "messages"));
const { user, system } = process.cpuUsage();
const taken: Taken = {
  rows,
  seconds: (performance.now() - start) / 1000,
  cpu: (user + system) / 1e6,
  peak: readPeakMemory("self") * 1_000_000,
};
console.log(JSON.stringify(taken));
