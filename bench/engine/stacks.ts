import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { makeStack, type OwnStack } from "../../test/engine/support/stack.ts";
import { tinyProgram } from "../../test/engine/support/tiny.ts";
import type { RemoteEmulator } from "../support/emulator.ts";

/** Creates a project with the whole program and one manifest, whose data file has `rows` rows of about 60 bytes. */
export async function stackOfRows(rows: number, emulator: RemoteEmulator): Promise<OwnStack> {
  const stack = await makeStack({
    name: "bench",
    files: { "messages/backfill.yaml": "queue: orders\nsource: { file: backfill.ndjson }\n" },
    config: {
      "queue-seeder:accountId": emulator.accountId,
      "queue-seeder:queues": { orders: { id: emulator.queueId } },
    },
    env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: emulator.token },
  });
  const file = createWriteStream(join(stack.project.dir, "messages/backfill.ndjson"));
  for (let row = 0; row < rows; row += 1) {
    const line = `{"order":${row},"customer":${row % 5_000},"region":"eu-west","state":"paid"}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  await new Promise<void>((resolve) => file.end(resolve));
  return stack;
}

/** Creates a project with an empty one-line program in TypeScript, which Node runs directly too. */
export function emptyStack(): Promise<OwnStack> {
  return makeStack({ name: "bench", copy: [], files: tinyProgram("export const nothing = 0;\n") });
}

/** @throws Error with the whole output of the CLI if it fails */
export async function up(stack: OwnStack, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { code, stdout, stderr } = await stack.up({ env });
  if (code !== 0) throw new Error(stdout.slice(-4_000) + stderr);
}
