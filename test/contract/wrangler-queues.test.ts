/** Runs each `queues` command of the unmodified wrangler, and checks its output. */

import { beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { npmPackages } from "./cache.ts";
import { Project } from "./workers.ts";
import { wranglerVersion as version, Wrangler } from "./wrangler.ts";

let packages: string;

beforeAll(async () => {
  packages = await npmPackages("wrangler", `wrangler@${version}`);
});

/** Matches a row of a printed table with these cells in this order, possibly with others in between. */
const row = (...cells: readonly (string | number)[]) => new RegExp(`│ ${cells.join(" +│(?:.*│)? ")} `);

test("wrangler works through all its commands on queues", async () => {
  await using emulator = await startEmulator({ rateLimit: false });
  await using project = await Project.open(undefined, {});
  const wrangler = new Wrangler(packages, project, emulator);
  await onQueues(wrangler, emulator);
  await onConsumers(wrangler, emulator);
  await onSubscriptions(wrangler);
  await onEnds(wrangler, emulator);
  await wrangler.calls.settle(`wrangler ${version}`, emulator);
  expect([...wrangler.commands].sort()).toEqual((await wrangler.known()).sort());
  // It called nothing that the emulator lacks, except for the check that follows a refused token.
  const others = emulator.requests.filter(({ route }) => route === undefined).map(({ path }) => path);
  expect(new Set(others)).toEqual(new Set(["/client/v4/user/tokens/verify"]));
}, 900_000);

async function onQueues(wrangler: Wrangler, emulator: Emulator): Promise<void> {
  await wrangler.ok("create q-orders", "Created queue 'q-orders'");
  await wrangler.ok(
    "create q-late --delivery-delay-secs 5 --message-retention-period-secs 600",
    "Created queue 'q-late'",
  );
  await wrangler.ok("create q-eu --jurisdiction eu", "Created queue 'q-eu'");
  await wrangler.refused("create q-orders", "Queue name is already taken", "11009");
  await wrangler.refused("create q-Orders", "Queue name is invalid", "11003");
  await wrangler.refused("create q-slow --delivery-delay-secs 86401", "Must be between 0 and 86400");
  await wrangler.ok("list", row(emulator.queueId("q-orders"), "q-orders"), row("q-eu", "eu"), /q-late .*│ 0 +│ 0 +│/);
  await wrangler.ok("list --page 2", /^(?!.*q-orders)/s);
  await wrangler.ok("info q-late", `Queue ID: ${emulator.queueId("q-late")}`, "Number of Consumers: 0");
  await wrangler.ok("info q-eu", "Jurisdiction: eu");
  await wrangler.refused("info none", 'Queue "none" does not exist');
  await wrangler.ok("update q-late --message-retention-period-secs 700", "Updated queue q-late.");
  await wrangler.ok("update q-orders --delivery-delay-secs 0", "Updated queue q-orders.");
  await wrangler.refused("update none --delivery-delay-secs 1", 'Queue "none" does not exist');
  expect(await settings(emulator, "q-late")).toEqual({
    delivery_delay: 5,
    delivery_paused: false,
    message_retention_period: 700,
  });
  await wrangler.ok("pause-delivery q-late", "Paused message delivery for queue q-late.");
  expect(await settings(emulator, "q-late")).toMatchObject({ delivery_paused: true, message_retention_period: 700 });
  await wrangler.ok("resume-delivery q-late", "Resumed message delivery for queue q-late.");
  expect(await settings(emulator, "q-late")).toMatchObject({ delivery_paused: false, delivery_delay: 5 });
  await wrangler.refused("pause-delivery none", 'Queue "none" does not exist');
  await wrangler.refusedWith("another", "list", "Authentication error", "10000");
}

async function onConsumers(wrangler: Wrangler, emulator: Emulator): Promise<void> {
  const all =
    "--batch-size 20 --batch-timeout 2 --message-retries 7 --max-concurrency 3 --retry-delay-secs 4 --dead-letter-queue q-dead";
  await wrangler.ok(`consumer add q-orders mailer ${all}`, "Added consumer to queue q-orders.");
  expect(emulator.queueNames()).toContain("q-dead");
  await wrangler.ok("info q-orders", "Number of Consumers: 1", "Consumers: worker:mailer");
  await wrangler.ok("consumer list q-orders", "Worker consumers:", row("mailer", "q-dead", 20, 7, 2000, 3, 4));
  await wrangler.ok("consumer worker list q-orders", row("mailer", "q-dead", 20, 7, 2000, 3, 4));
  await wrangler.ok("consumer http list q-orders", 'No HTTP pull consumers found for queue "q-orders".');
  const listed = await wrangler.ok("consumer list q-orders --json");
  expect(JSON.parse(listed)).toMatchObject([{ type: "worker", script: "mailer", dead_letter_queue: "q-dead" }]);
  await wrangler.refused("consumer worker add q-orders other", "The queue already has a consumer", "11004");
  await wrangler.refused("consumer remove q-orders other", "No worker consumer 'other' exists for queue q-orders");
  await wrangler.ok("consumer remove q-orders mailer", "Removed consumer from queue q-orders.");
  await wrangler.ok("consumer worker add q-orders mailer", "Added consumer to queue q-orders.");
  await wrangler.ok("consumer worker list q-orders --json", '"script": "mailer"', '"max_concurrency": null');
  await wrangler.refused("consumer http remove q-orders", "No http_pull consumer exists for queue q-orders");
  await wrangler.ok("consumer worker remove q-orders mailer", "Removed consumer from queue q-orders.");
  await wrangler.refused("consumer worker remove q-orders mailer", "No worker consumer 'mailer' exists");
  await wrangler.ok("consumer list q-orders", 'No consumers found for queue "q-orders".');
  const pull = "--batch-size 50 --message-retries 2 --visibility-timeout-secs 60 --retry-delay-secs 9";
  await wrangler.refused("consumer http add q-eu --dead-letter-queue q-dead", "is in another jurisdiction", "10026");
  await wrangler.refused("consumer http add q-eu --batch-size 101", "/settings/batch_size", "10026");
  await wrangler.ok(`consumer http add q-eu ${pull} --dead-letter-queue q-dead-eu`, "Added consumer to queue q-eu.");
  await wrangler.ok("info q-dead-eu", "Jurisdiction: eu");
  await wrangler.ok("consumer http list q-eu", row("q-dead-eu", 50, 2, 60_000, 9));
  await wrangler.ok("consumer http list q-eu --json", '"visibility_timeout_ms": 60000');
  await wrangler.ok("info q-eu", "HTTP Pull Consumer.", `queues/${emulator.queueId("q-eu")}/messages/pull`);
  await wrangler.ok("consumer http remove q-eu", "Removed consumer from queue q-eu.");
  await wrangler.refused("consumer http add none", 'Queue "none" does not exist');
}

/** A source of each kind that wrangler supports, with one of its events. */
const sources: readonly (readonly [flags: string, resource: string, events: string])[] = [
  ["r2", "", "bucket.created,bucket.deleted"],
  ["kv", "", "namespace.created"],
  ["images", "", "image.uploaded"],
  ["superSlurper", "", "job.completed"],
  ["vectorize", "", "index.deleted"],
  ["artifacts", "", "repo.created"],
  ["artifacts.repo --source-namespace n --source-repo-name r", "n/r", "pushed"],
  ["browserRun", "", "crawl.finished"],
  ["email.sending --zone-id z --domain example.com", "example.com", "message.bounced"],
  ["workersAi.model --model-name m", "m", "batch.failed"],
  ["workersBuilds.worker --worker-name w", "w", "build.failed"],
  ["workflows.workflow --workflow-name f", "f", "instance.errored"],
];

async function onSubscriptions(wrangler: Wrangler): Promise<void> {
  await wrangler.ok("subscription list q-orders", "No event subscriptions found for queue 'q-orders'.");
  for (const [source, , events] of sources) {
    await wrangler.ok(`subscription create q-orders --source ${source} --events ${events}`, "Successfully created");
  }
  const rows = sources.map(([flags, resource, events]) =>
    row(String(flags.split(" ")[0]), events.replace(",", ", "), resource, "Yes"),
  );
  await wrangler.ok("subscription list q-orders", "Event subscriptions for queue 'q-orders':", ...rows);
  const second = await wrangler.ok("subscription list q-orders --page 2 --per-page 5 --json");
  const [{ id = "" } = {}, ...others] = JSON.parse(second) as { id: string; source: { type: string } }[];
  expect(others.map(({ source }) => source.type)).toEqual(sources.slice(6, 10).map(([flags]) => flags.split(" ")[0]));
  // Subscriptions of another queue are not listed.
  await wrangler.ok("subscription list q-late", "No event subscriptions found for queue 'q-late'.");
  await wrangler.ok(
    `subscription get q-orders --id ${id}`,
    /Source: +artifacts\n/,
    /Events: +repo\.created/,
    /Enabled: +Yes/,
  );
  await wrangler.ok(`subscription get q-orders --id ${id} --json`, `"id": "${id}"`);
  await wrangler.refused(`subscription get q-late --id ${id}`, "does not belong to queue 'q-late'");
  await wrangler.refused("subscription get q-orders --id none", "No subscription with this ID");
  await wrangler.ok(
    `subscription update q-orders --id ${id} --name news --events repo.forked --enabled false`,
    "'news'",
  );
  await wrangler.ok(
    `subscription update q-orders --id ${id} --enabled false --json`,
    '"enabled": false',
    "repo.forked",
  );
  await wrangler.refused(`subscription update q-orders --id ${id} --events pushed`, "Unrecognized event types: pushed");
  await wrangler.refused("subscription create q-orders --source r2 --events nope", "Unrecognized event types: nope");
  await wrangler.refused("subscription create none --source r2 --events bucket.created", "does not exist");
  await wrangler.ok(
    `subscription delete q-orders --id ${id} --force`,
    "Successfully deleted event subscription 'news'",
  );
  await wrangler.refused(`subscription delete q-orders --id ${id} --force`, "No subscription with this ID");
}

async function onEnds(wrangler: Wrangler, emulator: Emulator): Promise<void> {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("q-orders")}/messages`;
  await fetch(url, { method: "POST", headers: { authorization: `Bearer ${emulator.token}` }, body: '{"body":1}' });
  await wrangler.refused("purge q-orders", "The --force flag is required");
  expect(emulator.messages("q-orders")).toHaveLength(1);
  await wrangler.ok("purge q-orders --force", "Purged Queue 'q-orders'");
  expect(emulator.messages("q-orders")).toEqual([]);
  await wrangler.ok("delete q-orders", "Deleted queue q-orders.");
  await wrangler.refused("delete q-orders", 'Queue "q-orders" does not exist');
  expect(emulator.queueNames()).not.toContain("q-orders");
}

async function settings(emulator: Emulator, queue: string): Promise<unknown> {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId(queue)}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${emulator.token}` } });
  return ((await response.json()) as { result: { settings: unknown } }).result.settings;
}
