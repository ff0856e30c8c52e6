import { Command, InvalidArgumentError, Option } from "commander";
import { defaults } from "../emulator/defaults.ts";
import type { QueueSetup } from "../emulator/index.ts";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly account: string;
  readonly token: string;
  readonly queue: readonly QueueSetup[];
  readonly rateLimit: boolean;
  readonly pushResult: (typeof pushResults)[number];
}

const pushResults = ["metrics", "null", "success-only"] as const;

/** `emulate`: a Queues API on this machine, until SIGINT or SIGTERM. */
export function emulateCommand(): Command {
  return new Command("emulate")
    .description("Run a local stand-in of the Cloudflare Queues API")
    .option("--port <number>", "port to listen on; 0 picks a free one", port, defaults.port)
    .option("--host <address>", "address to listen on", defaults.host)
    .option("--allow-host <name>", "another host name under which it may be called (repeatable)", list, [])
    .option("--account <id>", "account id, 32 hex digits", account, defaults.account)
    .option("--token <token>", "API token that it takes", defaults.token)
    .option(
      "--queue <name[=id]>",
      `a queue that exists from the start (repeatable; default: ${defaults.queue})`,
      queue,
      [],
    )
    .option("--no-rate-limit", "no limit on requests")
    .addOption(new Option("--push-result <form>", "what a push returns").choices(pushResults).default("metrics"))
    .addHelpText("after", "\nExamples:\n  $ queue-seeder emulate --port 0 --queue orders --queue mails")
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { startEmulator } = await import("../emulator/index.ts");
  const queues = flags.queue.length > 0 ? flags.queue : [{ name: defaults.queue }];
  const emulator = await startEmulator({
    port: flags.port,
    host: flags.host,
    allowedHosts: flags.allowHost,
    account: flags.account,
    token: flags.token,
    queues,
    rateLimit: flags.rateLimit,
    variants: { pushResult: flags.pushResult },
  });
  const names = queues.map(({ name }) => `  ${name}  ${emulator.queueId(name)}`).join("\n");
  console.error(`To use it from a shell:

  export CLOUDFLARE_BASE_URL=${emulator.baseUrl}
  export CLOUDFLARE_ACCOUNT_ID=${emulator.accountId}
  export CLOUDFLARE_API_TOKEN=${emulator.token}

Queues:
${names}
`);
  // The one line on stdout, for programs that wait for it.
  console.log(`listening on ${emulator.baseUrl}`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await emulator.close();
}

function list(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  return number;
}

function account(value: string): string {
  if (!/^[0-9a-f]{32}$/.test(value)) throw new InvalidArgumentError("An account id is 32 hex digits.");
  return value;
}

function queue(value: string, before: readonly QueueSetup[]): QueueSetup[] {
  const [name = "", id] = value.split("=", 2);
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new InvalidArgumentError("A queue's name is 1 to 63 small letters, digits and hyphens.");
  }
  if (id !== undefined && !/^[0-9A-Za-z]{1,32}$/.test(id)) {
    throw new InvalidArgumentError("A queue's id is 1 to 32 letters and digits.");
  }
  if (before.some((other) => other.name === name)) throw new InvalidArgumentError("That queue was named before.");
  return [...before, id === undefined ? { name } : { name, id }];
}
