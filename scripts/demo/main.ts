import { readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import type { ProcessResult } from "../../src/engine/child-process.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { makeStack, type OwnStack } from "../../test/engine/support/stack.ts";

const repository = join(import.meta.dirname, "../..");
const manifest = "messages/orders/backfill-loyalty.yaml";

/** The queues of the repository's example manifests. */
const queues = ["orders", "emails", "cache"];

/** A step of the demo had another result than announced. */
class Unexpected extends Error {
  override name = "Unexpected";
}

/** Runs the main use case step by step with the real Pulumi engine; each step verifies its result in the emulator's queues. */
async function demo(): Promise<void> {
  say("An emulator of the Cloudflare Queues API starts, and a Pulumi stack with its state in a temporary folder.");
  await withDisposable(await startEmulator({ queues: queues.map((name) => ({ name })) }), async (emulator) =>
    withDisposable(await demoStack(emulator), (stack) => play(emulator, stack)),
  );
}

function demoStack(emulator: Emulator): Promise<OwnStack> {
  return makeStack({
    name: "dev",
    copy: ["Pulumi.yaml", "package.json", "infra", "src", "messages"],
    config: {
      "queue-seeder:accountId": emulator.accountId,
      "queue-seeder:queues": Object.fromEntries(queues.map((name) => [name, { id: emulator.queueId(name) }])),
      "queue-seeder:apiToken": { secret: emulator.token },
    },
    env: { CLOUDFLARE_BASE_URL: emulator.baseUrl },
  });
}

async function play(emulator: Emulator, stack: OwnStack): Promise<void> {
  detail(
    `emulator  ${emulator.baseUrl}\nqueues    ${queues.join(", ")}\nmanifests messages/**/*.yaml of this repository`,
  );

  say("The first `pulumi up` previews, then pushes the messages of the manifests.");
  const first = await up(stack, emulator, { preview: true });
  expect(first.code === 0 && first.pushed === 7, `expected 7 pushed messages, saw ${first.pushed}`);
  done(`7 messages are in the queues: ${counts(emulator)}. The API's metrics are in the outputs above.`);

  say("The second `pulumi up` finds everything in the ledger.");
  const second = await up(stack, emulator);
  expect(second.code === 0 && second.pushed === 0, `expected no push, saw ${second.pushed}`);
  done("Nothing was pushed.");

  say(`One message is added to ${manifest}.`);
  const before = readFileSync(join(repository, manifest), "utf8");
  const added = "  - id: loyalty-2025-11-0004\n    body: { type: order.backfilled, order: 10004, customer: c-009 }\n";
  stack.write(manifest, before + added);
  detail(added.trimEnd().replace(/^/gm, "+ "));
  const third = await up(stack, emulator);
  expect(third.code === 0 && third.pushed === 1, `expected 1 pushed message, saw ${third.pushed}`);
  done("Exactly one message was pushed.");

  say("Another message is added, with two mistakes.");
  const mistakes =
    "  - id: loyalty-2025-11-0005\n    body: { order: 10005 }\n    delay_seconds: soon\n    contenttype: json\n";
  stack.write(manifest, before + added + mistakes);
  detail(mistakes.trimEnd().replace(/^/gm, "+ "));
  const fourth = await up(stack, emulator);
  const named = /backfill-loyalty\.yaml:\d+:\d+ [A-Z_]+:/.test(fourth.stdout + fourth.stderr);
  expect(fourth.code !== 0 && named && fourth.pushed === 0, "expected a refusal with its place, and no push");
  done("Both mistakes were reported with their locations, and nothing was pushed.");

  say("`pulumi destroy` cleans up. It pushes nothing, and recalls nothing.");
  const total = queues.map((name) => emulator.messages(name).length).join();
  stack.write(manifest, before + added);
  const destroyed = await stack.destroy();
  expect(destroyed.code === 0, destroyed.stdout + destroyed.stderr);
  expect(total === queues.map((name) => emulator.messages(name).length).join(), "expected the queues to be unchanged");
  done("The stack is gone; the queues still contain the pushed messages.");
}

/** Runs `pulumi up`, shows its output, and counts the messages that arrived meanwhile. */
async function up(
  stack: OwnStack,
  emulator: Emulator,
  options: { preview?: boolean } = {},
): Promise<ProcessResult & { pushed: number }> {
  detail(`$ pulumi up --yes${options.preview ? "" : " --skip-preview"}`);
  const start = emulator.requests.length;
  const finished = await stack.up(options);
  detail(brief(finished.stdout + finished.stderr));
  const pushed = emulator.requests.slice(start).reduce((sum, { accepted }) => sum + accepted, 0);
  return { ...finished, pushed };
}

/** Removes the lines that the CLI repeats because it has no terminal. */
function brief(output: string): string {
  const lines = output.split("\n").filter((line) => !/^@|^\s*$|\b(?:creating|updating|running)\b.*\(\d+s\)/.test(line));
  return lines.join("\n");
}

function counts(emulator: Emulator): string {
  return queues.map((name) => `${name} ${emulator.messages(name).length}`).join(", ");
}

let step = 0;
function say(text: string): void {
  step += 1;
  console.log(`\n${styleText("bold", `${step}. ${text}`)}\n`);
}
function detail(text: string): void {
  console.log(styleText("dim", text.replace(/^/gm, "   ")));
}
function done(text: string): void {
  console.log(`\n   ${styleText("green", "✓")} ${text}`);
}
function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Unexpected(otherwise);
}

try {
  await demo();
  console.log(`\nThe demo is complete. For your own deployment, see README.md, "A real deployment".\n`);
} catch (error) {
  if (!(error instanceof Unexpected)) throw error;
  console.error(`\n   ✗ Step ${step} failed: ${error.message}`);
  process.exitCode = 1;
}
