import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { findEngine } from "../../src/engine/find-engine.ts";
import { engineEnvironment } from "../../src/engine/pulumi.ts";
import { makeStack, type OwnStack } from "../../test/engine/support/stack.ts";
import { tinyProgram } from "../../test/engine/support/tiny.ts";
import type { RemoteEmulator } from "../support/emulator.ts";

/** After this time, a run of Pulumi is stopped: longer than the largest one takes on a loaded machine. */
export const timeoutMs = 600_000;

/** Creates a project with the whole program and these files, which pushes to the emulator. */
function stackOf(files: Readonly<Record<string, string>>, emulator: RemoteEmulator): Promise<OwnStack> {
  return makeStack({
    name: "bench",
    timeoutMs,
    files,
    config: {
      "queue-seeder:accountId": emulator.accountId,
      "queue-seeder:queues": { orders: { id: emulator.queueId } },
    },
    env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: emulator.token },
  });
}

/** Creates a project with many manifests of ten messages each. */
export function stackOfManifests(manifests: number, emulator: RemoteEmulator): Promise<OwnStack> {
  const bodies = (manifest: number) =>
    Array.from({ length: 10 }, (_, message) => `  - body: { manifest: ${manifest}, message: ${message} }\n`).join("");
  const files = Array.from({ length: manifests }, (_, index) => {
    return [`messages/m${index}.yaml`, `queue: orders\nmessages:\n${bodies(index)}`] as const;
  });
  return stackOf(Object.fromEntries(files), emulator);
}

/** The data file of {@link stackOfRows}, relative to the project. */
export const dataFile = "messages/backfill.ndjson";

/**
 * Creates a project with one manifest, whose data file has `rows` rows.
 *
 * @param filling characters of free text in each row, which has 70 bytes more
 */
export async function stackOfRows(rows: number, emulator: RemoteEmulator, filling = 0): Promise<OwnStack> {
  const manifest = { "messages/backfill.yaml": "queue: orders\nsource: { file: backfill.ndjson }\n" };
  const stack = await stackOf(manifest, emulator);
  const note = filling === 0 ? "" : `,"note":"${"x".repeat(filling)}"`;
  const file = createWriteStream(join(stack.project.dir, dataFile));
  for (let row = 0; row < rows; row += 1) {
    const line = `{"order":${row},"customer":${row % 5_000},"region":"eu-west","state":"paid"${note}}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  await new Promise<void>((resolve) => file.end(resolve));
  return stack;
}

/** Creates a project with an empty one-line program in TypeScript, which Node runs directly too. */
export function emptyStack(): Promise<OwnStack> {
  return makeStack({ name: "bench", copy: [], files: tinyProgram("export const nothing = 0;\n") });
}

/** Creates a project with a dynamic resource that does nothing, which is what any program with a dynamic provider costs at least. */
export function dynamicStack(): Promise<OwnStack> {
  const program = `import * as pulumi from "@pulumi/pulumi";
class Nothing extends pulumi.dynamic.Resource {}
new Nothing({ create: async () => ({ id: "nothing", outs: {} }) }, "nothing", {});
`;
  return makeStack({ name: "bench", copy: [], files: tinyProgram(program) });
}

/** Returns what `queue-seeder up` adds to the environment of Pulumi. @param cache folder of Node's compile cache */
export function seederSettings(cache: string): Readonly<Record<string, string>> {
  const engine = findEngine();
  if (engine === undefined) throw new Error("no Pulumi engine is here");
  const { NODE_OPTIONS = "" } = engineEnvironment(engine, {});
  return { NODE_COMPILE_CACHE: cache, NODE_OPTIONS };
}

/** @throws Error with the whole output of the CLI if it fails */
export async function up(stack: OwnStack, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { code, stdout, stderr } = await stack.up({ env });
  if (code !== 0) throw new Error(stdout.slice(-4_000) + stderr);
}
