import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../src/emulator/index.ts";
import type { ProcessResult } from "../../../src/engine/child-process.ts";
import { makeStack, type OwnStack, type StackOptions } from "./stack.ts";
import { testToken } from "./stack-templates.ts";

export interface SeederOptions extends Pick<StackOptions, "name" | "standin" | "passphrase"> {
  /** Manifests by path below messages/. */
  readonly messages: Readonly<Record<string, string>>;
  readonly emulator?: EmulatorOptions;
  /** Replaces the default configuration, which maps every queue of the emulator by its id. */
  readonly queues?: Readonly<Record<string, unknown>>;
  /** Default: the emulator's token, as a secret in the stack's configuration. */
  readonly credentials?: "config" | "environment" | "none";
}

/** A stack of the real program on the real Pulumi CLI, and the emulator that it pushes to. */
export interface Seeder extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly stack: OwnStack;
  /** Returns the bodies in a queue, in order of arrival. */
  bodies(queue: string): unknown[];
  /** Returns the number of messages in each accepted push request, in order. */
  pushes(): number[];
  write(manifest: string, text: string): void;
}

export async function makeSeeder(options: SeederOptions): Promise<Seeder> {
  const { messages, credentials = "config", name, standin, passphrase } = options;
  const emulator = await startEmulator({
    queues: [{ name: "orders" }],
    rateLimit: false,
    token: testToken,
    ...options.emulator,
  });
  try {
    const queues = options.queues ?? { orders: { id: emulator.queueId("orders") } };
    const stack = await makeStack({
      ...(name !== undefined && { name }),
      ...(standin !== undefined && { standin }),
      ...(passphrase !== undefined && { passphrase }),
      files: Object.fromEntries(Object.entries(messages).map(([path, text]) => [`messages/${path}`, text])),
      config: {
        "queue-seeder:accountId": emulator.accountId,
        "queue-seeder:queues": queues,
        ...(credentials === "config" && { "queue-seeder:apiToken": { secret: emulator.token } }),
      },
      env: {
        CLOUDFLARE_BASE_URL: emulator.baseUrl,
        ...(credentials === "environment" && { CLOUDFLARE_API_TOKEN: emulator.token }),
      },
    });
    return {
      emulator,
      stack,
      bodies: (queue) => emulator.messages(queue).map(({ body }) => body),
      pushes: () => emulator.requests.flatMap(({ accepted }) => (accepted > 0 ? [accepted] : [])),
      write: (manifest, text) => stack.write(`messages/${manifest}`, text),
      async [Symbol.asyncDispose]() {
        await stack[Symbol.asyncDispose]();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/**
 * Gives the program's requests ten minutes instead of one. A test that holds a request while it runs Pulumi several times would
 * otherwise depend on the machine's speed: the held request would time out, be sent again and be answered.
 */
export function waitLongForAnswers({ project }: OwnStack): void {
  const file = "src/cloudflare/caller.ts";
  const text = readFileSync(join(project.dir, file), "utf8");
  const patient = text.replace("requestDeadlineMs = 60_000", "requestDeadlineMs = 600_000");
  expect(patient).not.toBe(text);
  project.write(file, patient);
}

/** Returns the output of a run of the CLI. */
export function outputOf({ stdout, stderr }: ProcessResult): string {
  return stdout + stderr;
}

/** Asserts that a run of the CLI succeeded; if not, the failure shows its output. */
export function succeeded(run: ProcessResult): ProcessResult {
  expect(run.code, outputOf(run)).toBe(0);
  return run;
}
