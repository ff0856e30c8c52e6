import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultWorkerName } from "../../config/worker-settings.ts";
import type { ProducerOptions } from "../../emulator/index.ts";
import { describeSystemError } from "../../file-error.ts";
import { deriveKeyPair, workerKeyPattern } from "../../producer/signing.ts";
import { UsageError } from "../../usage-error.ts";
import type { EmulateFlags } from "./flags.ts";

/** The variable with the Worker key. */
const variable = "QUEUE_SEEDER_WORKER_KEY";

/** The key of the producer Worker. Disposing of it deletes the file, if one was created for it. */
export interface ProducerKey extends AsyncDisposable {
  readonly text: string;
  /** The file or the variable that has the key. */
  readonly source: { readonly file: string } | { readonly variable: string };
}

/**
 * Reads the Worker key from the file or the variable. Without either, creates a key in a file that only this user can read, so
 * that it is never printed.
 *
 * @throws UsageError if it is not a key
 */
export async function openProducerKey(file: string | undefined, env: NodeJS.ProcessEnv): Promise<ProducerKey> {
  const given = file === undefined ? env[variable] : await readKeyFile(file);
  if (given !== undefined) {
    const text = given.trim();
    if (!workerKeyPattern.test(text)) {
      const where = file === undefined ? `The variable ${variable}` : `The file ${file}`;
      throw new UsageError(
        `${where} contains no key of 32 bytes in base64. Make one with \`openssl rand -base64 32\`.`,
      );
    }
    return { text, source: file === undefined ? { variable } : { file }, [Symbol.asyncDispose]: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "queue-seeder-key-"));
  const text = randomBytes(32).toString("base64");
  const made = join(folder, "worker-key");
  await writeFile(made, `${text}\n`, { mode: 0o600 });
  return { text, source: { file: made }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`Cannot read the file ${file} of --producer-key: ${describeSystemError(error)}`);
  }
}

/** Returns the options of the emulator. Ledgers are kept as long as the messages are. */
export function toProducerOptions({ account, producerPort, persist }: EmulateFlags, key: string): ProducerOptions {
  return {
    publicKey: deriveKeyPair(key, account, defaultWorkerName).publicKey,
    port: producerPort,
    ...(persist !== undefined && { storage: `${persist}.ledgers` }),
  };
}

/** Describes how to push through the Worker. The key itself is neither printed nor an argument of a command. */
export function describeProducer(url: string, source: ProducerKey["source"]): string {
  const set = "pulumi config set --secret queue-seeder:workerKey";
  return `
To push through the producer Worker at ${url}:

  pulumi config set queue-seeder:transport worker
  pulumi config set --path queue-seeder:worker.url ${url}
  ${"file" in source ? `${set} < ${source.file}` : `printenv ${source.variable} | ${set}`}
`;
}
