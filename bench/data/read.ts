import { createReadStream } from "node:fs";
import { join } from "node:path";
import { formatProblem, loadManifests } from "../../src/manifest/index.ts";

/**
 * Reads the data file of a repository in one of two ways, as a process of its own, and says what that took.
 *
 *     node bench/data/read.ts check|map|parse ROOT
 */
export interface Taken {
  readonly rows: number;
  readonly seconds: number;
  /** Time of the processors, which tells what the work costs on a machine that does other things too. */
  readonly cpu: number;
  /** The most memory that the process ever had, in bytes. */
  readonly peak: number;
}

/** The real code: what `validate` and the Pulumi program do with the manifest. */
async function check(root: string, folder: string): Promise<number> {
  const { manifests, problems } = await loadManifests({ root, folder });
  const [manifest] = manifests;
  if (problems.length > 0 || manifest?.content.kind !== "file") throw new Error(problems.map(formatProblem).join("\n"));
  return manifest.content.size?.messages ?? 0;
}

/** The least that reading takes: the lines, and JSON.parse of each. */
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
  peak: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(taken));
