import { defaults } from "../../emulator/defaults.ts";
import type { ConsumerOutput, EmulatorOptions, QueueSetup, WorkerOptions } from "../../emulator/index.ts";
import { toPrintableLines } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";
import type { EmulateFlags } from "./flags.ts";

/** Runs the emulator until a signal ends it. */
export async function emulate(flags: EmulateFlags): Promise<void> {
  const [{ startEmulator }, { parseFault }, { parseWorker }] = await Promise.all([
    import("../../emulator/index.ts"),
    import("../../emulator/admin/fault-spec.ts"),
    import("../../emulator/consumers/worker-option.ts"),
  ]);
  if ((flags.email === undefined) !== (flags.key === undefined)) {
    throw new UsageError("--email and --key belong together: name both, or neither.");
  }
  const faults = flags.fault.map(parseFault);
  const workers = flags.worker.map(parseWorker);
  const emulator = await startEmulator(toOptions(flags, workers)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${flags.port} is in use. Name another with --port, or 0 for a free one.`);
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
`);
  // The one line on stdout, for programs that wait for it.
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
    // On stderr, as stdout has the one line for programs.
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

/** Those that were named, and those that consumers need. */
function listQueues({ queue, wranglerDev }: EmulateFlags, workers: readonly WorkerOptions[]): readonly QueueSetup[] {
  const needed = workers.flatMap(({ queue, deadLetterQueue = queue }) => [queue, deadLetterQueue]);
  const names = new Set([...needed, ...wranglerDev].filter((name) => queue.every((one) => one.name !== name)));
  const all = [...queue, ...[...names].map((name) => ({ name }))];
  return all.length > 0 ? all : [{ name: defaults.queue }];
}

function printConsumer({ queue, level, text }: ConsumerOutput): void {
  const prefix = level === "log" ? `[${queue}] ` : `[${queue}] ${level}: `;
  // Each line, so that none of them can be taken for the emulator's own.
  console.error(toPrintableLines(text).replaceAll(/^/gm, prefix));
}
