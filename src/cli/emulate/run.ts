import { defaults } from "../../emulator/defaults.ts";
import type { ConsumerOutput, EmulatorOptions, QueueSetup, WorkerOptions } from "../../emulator/index.ts";
import { toPrintableLines } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import type { EmulateFlags } from "./flags.ts";
import { describeProducer, openProducerKey, type ProducerKey, toProducerOptions } from "./producer.ts";

/** Runs the emulator until SIGINT or SIGTERM. @throws UsageError, or Error if it cannot start */
export async function emulate(flags: EmulateFlags): Promise<void> {
  if ((flags.email === undefined) !== (flags.key === undefined)) {
    throw new UsageError("--email and --key belong together: name both, or neither.");
  }
  if (!flags.producer && (flags.producerKey !== undefined || flags.producerPort !== 0)) {
    throw new UsageError("--producer-key and --producer-port need --producer.");
  }
  if (!flags.producer) return serve(flags, undefined);
  return withDisposable(await openProducerKey(flags.producerKey, process.env), (key) => serve(flags, key));
}

async function serve(flags: EmulateFlags, key: ProducerKey | undefined): Promise<void> {
  const [{ startEmulator }, { parseFault }, { parseWorker }] = await Promise.all([
    import("../../emulator/index.ts"),
    import("../../emulator/admin/fault-spec.ts"),
    import("../../emulator/consumers/worker-option.ts"),
  ]);
  const faults = flags.fault.map(parseFault);
  const workers = flags.worker.map(parseWorker);
  const emulator = await startEmulator({
    ...toOptions(flags, workers),
    ...(key !== undefined && { producer: toProducerOptions(flags, key.text) }),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    const port = flags.producer ? `${flags.port} or ${flags.producerPort}` : `${flags.port}`;
    throw new Error(`Port ${port} is in use. Name another with --port, or 0 for a free one.`);
  });
  for (const fault of faults) emulator.faults.add(fault);
  console.error(`To use it from a shell:

  export CLOUDFLARE_BASE_URL=${emulator.baseUrl}
  export CLOUDFLARE_ACCOUNT_ID=${emulator.accountId}
  export CLOUDFLARE_API_TOKEN=${emulator.token}

Queues:
${emulator
  .queueNames()
  .map((name) => `  ${emulator.queueId(name)}  ${name}\n`)
  .join("")}
Page: ${new URL("/", emulator.baseUrl)}#token=${encodeURIComponent(emulator.token)}
${emulator.producer === undefined || key === undefined ? "" : describeProducer(emulator.producer.url, key.source)}`);
  // The only line on stdout: programs wait for it.
  console.log(`listening on ${emulator.baseUrl}`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await emulator.close();
}

function toOptions(flags: EmulateFlags, workers: readonly WorkerOptions[]): EmulatorOptions {
  const { readToken, email, key, persist } = flags;
  return {
    port: flags.port,
    host: flags.host,
    allowedHosts: flags.allowHost,
    account: flags.account,
    token: flags.token,
    ...(readToken !== undefined && { readToken }),
    ...(email !== undefined && { email }),
    ...(key !== undefined && { key }),
    ...(persist !== undefined && { persist }),
    queues: listQueues(flags, workers),
    workers,
    wranglerDev: flags.wranglerDev,
    // Prints to stderr, because stdout is reserved for the line that programs wait for.
    print: printConsumer,
    speed: flags.speed,
    rateLimit: flags.rateLimit,
    freePlan: flags.freePlan ?? false,
    variants: {
      pushResult: flags.pushResult,
      pullJson: flags.pullJson,
      maxDelaySeconds: flags.maxDelay,
      lateAck: flags.lateAck,
      countPulls: flags.countPulls,
    },
    statuses: Object.fromEntries(flags.status),
  };
}

/** Lists the queues given by --queue and those that consumers need; the default queue if there are none. */
function listQueues({ queue, wranglerDev }: EmulateFlags, workers: readonly WorkerOptions[]): readonly QueueSetup[] {
  const needed = workers.flatMap(({ queue, deadLetterQueue = queue }) => [queue, deadLetterQueue]);
  const names = new Set([...needed, ...wranglerDev].filter((name) => queue.every((one) => one.name !== name)));
  const all = [...queue, ...[...names].map((name) => ({ name }))];
  return all.length > 0 ? all : [{ name: defaults.queue }];
}

function printConsumer({ queue, level, text }: ConsumerOutput): void {
  const prefix = level === "log" ? `[${queue}] ` : `[${queue}] ${level}: `;
  // Prefixes every line, so that none is mistaken for output of the emulator itself.
  console.error(toPrintableLines(text).replaceAll(/^/gm, prefix));
}
