import { Command, InvalidArgumentError, Option } from "commander";
import { defaults } from "../emulator/defaults.ts";
import type { ConsumerOutput, EmulatorOptions, QueueSetup, WorkerOptions } from "../emulator/index.ts";
import { printableLines } from "../printable.ts";
import { withHelp } from "./help.ts";
import { account, queue, repeatable } from "./options.ts";
import { UsageError } from "./usage.ts";

const pushResults = ["metrics", "null", "success-only"] as const;
const pullJsons = ["base64", "plain"] as const;
const lateAcks = ["accepted", "refused"] as const;

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly account: string;
  readonly token: string;
  readonly readToken?: string;
  readonly email?: string;
  readonly key?: string;
  readonly queue: readonly QueueSetup[];
  readonly persist?: string;
  readonly fault: readonly string[];
  readonly worker: readonly string[];
  readonly wranglerDev: readonly string[];
  readonly speed: number;
  readonly rateLimit: boolean;
  readonly freePlan?: boolean;
  readonly pushResult: (typeof pushResults)[number];
  readonly pullJson: (typeof pullJsons)[number];
  readonly maxDelay: number;
  readonly lateAck: (typeof lateAcks)[number];
  readonly countPulls: boolean;
  readonly status: readonly (readonly [code: string, status: number])[];
}

/** `emulate`: a Queues API on this machine. */
export function emulateCommand(): Command {
  const command = new Command("emulate")
    .description("Run a local stand-in of the Cloudflare Queues API")
    .option("--port <number>", "port to listen on; 0 picks a free one", port, defaults.port)
    .option("--host <address>", "address to listen on", defaults.host)
    .addOption(repeatable("--allow-host <name>", "another host name under which it may be called", text))
    .option("--account <id>", "account id, 32 hex digits", account, defaults.account)
    .option("--token <token>", "API token that may do everything", notEmpty, defaults.token)
    .option("--read-token <token>", "API token that may look, and change nothing", notEmpty)
    .option("--email <address>", "email of the older credentials")
    .option("--key <key>", "key of the older credentials")
    .addOption(repeatable("--queue <name[=id]>", "a queue that exists from the start", queue, defaults.queue))
    .addOption(repeatable("--worker <queue=file>", "a Worker that consumes the queue, with settings", text))
    .addOption(repeatable("--wrangler-dev <queue>", "deliver to its consumer under wrangler dev", text))
    .option("--persist <file>", "keep queues and messages in this SQLite file")
    .addOption(repeatable("--fault <fault>", "a fault to begin with", text))
    .option("--speed <number>", "seconds that pass in one real second", speed, 1)
    .option("--no-rate-limit", "no limit on requests, nor on messages a second")
    .option("--free-plan", "10,000 operations a day, and messages kept for a day")
    .addOption(new Option("--push-result <form>", "what a push returns").choices(pushResults).default("metrics"))
    .addOption(new Option("--pull-json <form>", "how a pull returns JSON").choices(pullJsons).default("base64"))
    .option("--max-delay <seconds>", "longest delay; older pages say 43200", seconds, 86_400)
    .addOption(
      new Option("--late-ack <form>", "what becomes of an acknowledgement after its lease")
        .choices(lateAcks)
        .default("accepted"),
    )
    .option("--count-pulls", "pulls and acknowledgements count for the rate limits", false)
    .addOption(repeatable("--status <code=status>", "HTTP status of an error code", status))
    .action(run);
  return withHelp(command, {
    examples: [
      "queue-seeder emulate --queue orders --queue mails",
      "queue-seeder emulate --port 0 --persist .queue-seeder/emulator.sqlite",
      "queue-seeder emulate --worker orders=./consumer.ts,batch_size=20,dead_letter_queue=dead",
      "queue-seeder emulate --fault error=10250,every=3 --fault lost=after,route=batch,times=1",
    ],
    notes: `It runs until SIGINT or SIGTERM, and prints one line on stdout once it listens: listening on ADDRESS.
docs/emulator.md says what it emulates, what faults there are, and which settings a Worker takes.`,
    exits: {
      0: "ended by a signal",
      1: "it could not start: a port in use, a fault that is not known, a Worker that does not compile",
      2: "wrong usage",
    },
  });
}

async function run(flags: Flags): Promise<void> {
  const [{ startEmulator }, { parseFault }, { parseWorker }] = await Promise.all([
    import("../emulator/index.ts"),
    import("../emulator/admin/fault-spec.ts"),
    import("../emulator/consumers/spec.ts"),
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

function toOptions(flags: Flags, workers: readonly WorkerOptions[]): EmulatorOptions {
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
    queues: queuesOf(flags, workers),
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
function queuesOf({ queue, wranglerDev }: Flags, workers: readonly WorkerOptions[]): readonly QueueSetup[] {
  const needed = workers.flatMap(({ queue, deadLetterQueue = queue }) => [queue, deadLetterQueue]);
  const names = new Set([...needed, ...wranglerDev].filter((name) => queue.every((one) => one.name !== name)));
  const all = [...queue, ...[...names].map((name) => ({ name }))];
  return all.length > 0 ? all : [{ name: defaults.queue }];
}

function printConsumer({ queue, level, text }: ConsumerOutput): void {
  const prefix = level === "log" ? `[${queue}] ` : `[${queue}] ${level}: `;
  // Each line, so that none of them can be taken for the emulator's own.
  console.error(printableLines(text).replaceAll(/^/gm, prefix));
}

/** An empty one most often is a variable that is not set. */
function notEmpty(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

function text(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(value: string, max: number, message: string): number {
  if (!/^\d+$/.test(value) || Number(value) > max) throw new InvalidArgumentError(message);
  return Number(value);
}

function port(value: string): number {
  return wholeNumber(value, 65_535, "A port is a number from 0 to 65535.");
}

function seconds(value: string): number {
  return wholeNumber(value, 86_400, "A delay is a whole number of seconds, at most 86400.");
}

function speed(value: string): number {
  const number = Number(value);
  if (number > 0 && number <= 1_000_000) return number;
  throw new InvalidArgumentError("A speed is a number above 0, at most 1000000.");
}

function status(value: string, before: Flags["status"]): Flags["status"][number][] {
  const [, code, http] = /^(\d{1,5})=([2-5]\d\d)$/.exec(value) ?? [];
  if (code === undefined) throw new InvalidArgumentError("Write it as CODE=STATUS, such as 10204=400.");
  return [...before, [code, Number(http)]];
}
