import { Command, Option } from "commander";
import { defaults } from "../../emulator/defaults.ts";
import { withHelp } from "../shared/help.ts";
import { parseAccountOption, parseQueueOption, repeatable } from "../shared/options.ts";
import {
  type EmulateFlags,
  lateAcks,
  notEmpty,
  port,
  pullJsons,
  pushResults,
  seconds,
  speed,
  status,
  text,
} from "./flags.ts";

/** Defines `emulate`, which runs a local Queues API. */
export function emulateCommand(): Command {
  const command = new Command("emulate")
    .description("Run a local stand-in of the Cloudflare Queues API")
    .option("--port <number>", "port to listen on; 0 picks a free one", port, defaults.port)
    .option("--host <address>", "address to listen on", defaults.host)
    .addOption(repeatable("--allow-host <name>", "an additional host name to accept", text))
    .option("--account <id>", "account id, 32 hex digits", parseAccountOption, defaults.account)
    .option("--token <token>", "API token with all permissions", notEmpty, defaults.token)
    .option("--read-token <token>", "read-only API token", notEmpty)
    .option("--email <address>", "email of the older credentials")
    .option("--key <key>", "key of the older credentials")
    .addOption(
      repeatable("--queue <name[=id]>", "a queue that exists from the start", parseQueueOption, defaults.queue),
    )
    .addOption(repeatable("--worker <queue=file>", "a Worker that consumes the queue, with settings", text))
    .addOption(repeatable("--wrangler-dev <queue>", "deliver to the queue's consumer under wrangler dev", text))
    .option("--producer", "run the producer Worker, for queue-seeder:transport worker", false)
    .option("--producer-port <number>", "port of the Worker; 0 picks a free one", port, 0)
    .option("--producer-key <file>", "a file with the Worker's key, queue-seeder:workerKey", notEmpty)
    .option("--persist <file>", "keep queues and messages in this SQLite file")
    .addOption(repeatable("--fault <fault>", "a fault that is active from the start", text))
    .option("--speed <number>", "clock speed: seconds per real second", speed, 1)
    .option("--no-rate-limit", "no limits on requests and messages per second")
    .option("--free-plan", "the free plan's limits: 10,000 operations per day, and one day of retention")
    .addOption(new Option("--push-result <form>", "what a push returns").choices(pushResults).default("metrics"))
    .addOption(new Option("--pull-json <form>", "how a pull returns JSON").choices(pullJsons).default("base64"))
    .option("--max-delay <seconds>", "longest delay; older pages say 43200", seconds, 86_400)
    .addOption(
      new Option("--late-ack <form>", "the result of an acknowledgement after its lease ended")
        .choices(lateAcks)
        .default("accepted"),
    )
    .option("--count-pulls", "count pulls and acknowledgements towards the rate limits", false)
    .addOption(repeatable("--status <code=status>", "HTTP status of an error code", status))
    .action(async (flags: EmulateFlags) => {
      const { emulate } = await import("./run.ts");
      await emulate(flags);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder emulate --queue orders --queue mails",
      "queue-seeder emulate --port 0 --persist .queue-seeder/emulator.sqlite",
      "queue-seeder emulate --worker orders=./consumer.ts,batch_size=20,dead_letter_queue=dead",
      "queue-seeder emulate --producer --fault lost=after,route=producer,every=10",
      "queue-seeder emulate --fault error=10250,every=3 --fault lost=after,route=batch,times=1",
    ],
    notes: `The key of the producer Worker is read from --producer-key or QUEUE_SEEDER_WORKER_KEY; otherwise, one is generated for this run.
It runs until SIGINT or SIGTERM, and prints one line on stdout once it listens: listening on ADDRESS.
docs/emulator.md describes what it emulates, its faults, and the settings of a Worker.`,
    exits: {
      0: "ended by a signal",
      1: "it could not start: the port is in use, a fault is unknown, or a Worker does not compile",
      2: "wrong usage",
    },
  });
}
