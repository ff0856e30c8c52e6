import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, type Seeder, type SeederOptions, said, succeeded } from "./support/seeder.ts";

/**
 * Whatever lies between a plan and the run, everybody says the same of it: the plan, the engine's own preview, `up`, what it
 * writes for the archive, the status after it, and the queue.
 */
interface Case {
  readonly name: string;
  readonly options?: Partial<SeederOptions>;
  /** What was done since the first run, which pushed `first.yaml`. */
  readonly change: (seeder: Seeder) => unknown;
  readonly env?: (seeder: Seeder) => Readonly<Record<string, string>>;
  /** Messages that the next run pushes. */
  readonly pushes: number;
  /** What the run does to queues, as the plan says it. */
  readonly queues?: readonly string[];
  /** Flags that agree to it. */
  readonly flags?: readonly string[];
  /** Whether a plan of before the change still names what the run does. Default: no. */
  readonly samePlan?: boolean;
}

const manifest = (count: number, more = "") =>
  `queue: orders\n${more}messages:\n${Array.from({ length: count }, (_, n) => `  - { id: m-${n}, body: { n: ${n} } }\n`).join("")}`;
const segment = "urn:pulumi:test::queue-seeder::queue-seeder:index:Manifest$pulumi-nodejs:dynamic:Segment::first/0";
const created = { orders: { create: true, name: "orders-test" } };
const standin = { queues: created, emulator: { queues: [] }, standin: true, credentials: "environment" } as const;

const cases: readonly Case[] = [
  {
    name: "a comment, and another layout",
    change: ({ write }) => write("first.yaml", `# the same\n${manifest(3)}`),
    pushes: 0,
    samePlan: true,
  },
  { name: "a message more", change: ({ write }) => write("first.yaml", manifest(4)), pushes: 1 },
  {
    name: "a manifest that is gone, and another one",
    change({ stack, write }) {
      stack.remove("messages/first.yaml");
      write("second.yaml", manifest(2));
    },
    pushes: 2,
  },
  {
    name: "a tainted segment",
    change: async ({ stack }) => succeeded(await stack.pulumi(["state", "taint", segment, "--yes"])),
    pushes: 3,
  },
  {
    name: "a segment that Pulumi was told to replace",
    change: async ({ stack }) => succeeded(await stack.pulumi(["up", "--yes", "--skip-preview", "--replace", segment])),
    pushes: 0,
    samePlan: true,
  },
  {
    name: "a run of Pulumi for one of two new manifests",
    async change({ stack, write }) {
      write("second.yaml", manifest(2));
      write("third.yaml", manifest(5));
      const urn = (type: string, name: string) => `urn:pulumi:test::queue-seeder::${type}::${name}`;
      const targets = [
        segment.replace("::first/", "::second/"),
        urn("queue-seeder:index:Manifest", "second"),
        urn("pulumi-nodejs:dynamic:Deployments", "deployments"),
      ].flatMap((target) => ["--target", target]);
      succeeded(await stack.pulumi(["up", "--yes", "--skip-preview", ...targets]));
    },
    pushes: 5,
  },
  {
    name: "another queue",
    options: { emulator: { queues: [{ name: "orders" }, { name: "other" }] } },
    change: ({ stack, emulator }) =>
      stack.setConfig({ "queue-seeder:queues": { orders: { id: emulator.queueId("other") } } }),
    pushes: 3,
  },
  {
    name: "a former name",
    change({ stack, write }) {
      stack.remove("messages/first.yaml");
      write("moved.yaml", manifest(4, "moved_from: [first]\n"));
    },
    pushes: 1,
  },
  {
    name: "a queue that is created",
    options: { ...standin },
    change: ({ stack, write }) => {
      write("second.yaml", manifest(2).replace("orders", "events"));
      return stack.setConfig({ "queue-seeder:queues": { ...created, events: { create: true, name: "events-test" } } });
    },
    pushes: 2,
    queues: ["events create"],
  },
  {
    name: "a queue that gets other settings",
    options: { ...standin },
    change: ({ stack }) =>
      stack.setConfig({
        "queue-seeder:queues": { orders: { ...created.orders, settings: { message_retention_period: 3600 } } },
      }),
    pushes: 0,
    queues: ["orders update"],
  },
  {
    name: "a queue that is replaced",
    options: { ...standin },
    change: ({ stack }) =>
      stack.setConfig({
        "queue-seeder:queues": { orders: { create: true, name: "orders-eu", jurisdiction: "eu" } },
      }),
    pushes: 3,
    queues: ["orders replace"],
    flags: ["--delete-queue", "orders"],
  },
  {
    name: "a queue that is deleted with what is in it",
    options: { ...standin },
    change({ stack }) {
      stack.remove("messages/first.yaml");
      stack.write("messages/none.yaml", "queue: orders\nstacks: [other]\nmessages: [{ body: 1 }]\n");
      return stack.setConfig({ "queue-seeder:queues": {} });
    },
    pushes: 0,
    queues: ["orders delete"],
    flags: ["--delete-queue", "orders"],
  },
];

async function planOf({ stack }: Seeder, out: string, env: Readonly<Record<string, string>> = {}) {
  const run = await cli(stack.project, ["plan", "--stack", "test", "--format", "json", "--out", out], env);
  expect(run.code, said(run)).toBe(0);
  return JSON.parse(run.stdout) as {
    readonly digest: string;
    readonly program: object;
    readonly total: { readonly messages: number };
    readonly queueChanges: readonly { readonly name: string; readonly change: string }[];
  };
}

async function upTo({ stack }: Seeder, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const run = await cli(stack.project, ["up", "--stack", "test", "--yes", "--run-file", "run.json", ...args], env);
  return { run, record: JSON.parse(readFileSync(join(stack.project.dir, "run.json"), "utf8")) };
}

async function resources({ stack }: Seeder): Promise<unknown> {
  return JSON.parse(succeeded(await stack.pulumi(["stack", "export"])).stdout).deployment.resources;
}

const arrived = ({ pushes }: Seeder) => pushes().reduce((sum, n) => sum + n, 0);

describe("after a change, everybody agrees on what the run does:", () => {
  it.each(cases)("$name", async ({ options, change, env = () => ({}), pushes, queues = [], flags = [], samePlan }) => {
    await using seeder = await makeSeeder({ messages: { "first.yaml": manifest(3) }, ...options });
    const { stack } = seeder;
    succeeded(await stack.up());
    expect(arrived(seeder)).toBe(3);
    await planOf(seeder, "before.json");

    await change(seeder);
    const start = arrived(seeder);
    const more = env(seeder);
    const plan = await planOf(seeder, "plan.json", more);
    expect(plan).toMatchObject({ program: { kind: "previewed" }, total: { messages: pushes } });
    expect(plan.queueChanges.map(({ name, change: what }) => `${name} ${what}`)).toEqual(queues);
    const preview = succeeded(await stack.preview({ env: more }));
    const logged = [...preview.stdout.matchAll(/Segment \((.*)\):\n\s+(\d+) messages? to push/g)].map(([, , n]) =>
      Number(n),
    );
    expect(
      logged.reduce((sum, n) => sum + n, 0),
      preview.stdout,
    ).toBe(pushes);

    // What was agreed to before is this only where it is the same.
    const old = await upTo(seeder, ["--expect", "before.json", ...flags], more);
    expect([old.run.code, arrived(seeder)], said(old.run)).toEqual([samePlan === true ? 0 : 5, start]);

    if (flags.length > 0) {
      const unasked = await upTo(seeder, ["--expect", "plan.json"], more);
      expect([unasked.run.code, said(unasked.run)]).toEqual([1, expect.stringContaining("QUEUE_DELETION: ")]);
    }
    const { run, record } = await upTo(seeder, ["--expect", "plan.json", ...flags], more);
    expect(run.code, said(run)).toBe(0);
    expect(record.total).toMatchObject({ pushed: pushes, inDoubt: 0, notSent: 0 });
    expect(said(run)).toContain(`${pushes} message${pushes === 1 ? "" : "s"} pushed in `);
    expect(arrived(seeder)).toBe(start + pushes);

    const status = await cli(stack.project, ["status", "--stack", "test", "--json"], more);
    const { manifests } = JSON.parse(status.stdout) as { manifests: readonly { pushed: number; pending: number }[] };
    expect(manifests.reduce((sum, { pending }) => sum + pending, 0)).toBe(0);
    expect(await planOf(seeder, "after.json", more)).toMatchObject({ total: { messages: 0 }, queueChanges: [] });
  });
});

it("holds a reviewed plan to account, address and the terms of its manifests", async () => {
  await using seeder = await makeSeeder({ messages: { "first.yaml": manifest(2) } });
  const { stack, write, emulator } = seeder;
  await planOf(seeder, "plan.json");
  const differs = async (env: Readonly<Record<string, string>> = {}) => {
    const { run } = await upTo(seeder, ["--expect", "plan.json"], env);
    expect(said(run)).toContain("PLAN_DIFFERS: nothing was pushed.");
    return [run.code, emulator.requests.length];
  };
  const terms = [
    "dedup_field: dedup_id\n",
    "in_doubt: stop\n",
    "requires: { not_paused: true }\n",
    "requires: { max_backlog: 5 }\n",
  ];
  for (const each of terms) {
    write("first.yaml", manifest(2, each));
    expect(await differs(), each).toEqual([5, 0]);
  }
  write("first.yaml", manifest(2));
  await stack.setConfig({ "queue-seeder:inDoubt": "stop" });
  expect(await differs()).toEqual([5, 0]);
  await stack.setConfig({ "queue-seeder:inDoubt": "resend", "queue-seeder:accountId": "f".repeat(32) });
  expect(await differs()).toEqual([5, 0]);
  await stack.setConfig({ "queue-seeder:accountId": emulator.accountId });
  const elsewhere = emulator.baseUrl.replace("127.0.0.1", "127.0.0.2");
  expect(await differs({ CLOUDFLARE_BASE_URL: elsewhere })).toEqual([5, 0]);

  const { run } = await upTo(seeder, ["--expect", "plan.json"]);
  expect([run.code, seeder.bodies("orders").length], said(run)).toEqual([0, 2]);
});

it("goes on with the ledger of a stack that Pulumi renamed", async () => {
  await using seeder = await makeSeeder({ messages: { "first.yaml": manifest(2) } });
  const { stack } = seeder;
  succeeded(await stack.up());
  succeeded(await stack.pulumi(["stack", "rename", "renamed"]));
  seeder.write("first.yaml", manifest(3));
  const run = (...args: readonly string[]) => cli(stack.project, [...args, "--stack", "renamed"]);
  const plan = JSON.parse(succeeded(await run("plan", "--format", "json", "--out", "plan.json")).stdout);
  expect(plan).toMatchObject({ stack: "renamed", total: { messages: 1 }, manifests: [{ pushedBefore: 2 }] });
  expect(succeeded(await run("up", "--yes", "--expect", "plan.json")).stderr).toContain(
    "1 message pushed in 1 request",
  );
  const status = JSON.parse(succeeded(await run("status", "--json")).stdout);
  expect([status.manifests, arrived(seeder)]).toMatchObject([[{ pushed: 3, pending: 0 }], 3]);
});

it("refuses a state that another project wrote, in every command, and leaves it as it is", async () => {
  await using seeder = await makeSeeder({ messages: { "first.yaml": manifest(2) } });
  const { stack } = seeder;
  succeeded(await stack.up());
  const exported = succeeded(await stack.pulumi(["stack", "export"])).stdout;
  const yaml = readFileSync(join(stack.project.dir, "Pulumi.yaml"), "utf8");
  stack.write("Pulumi.yaml", yaml.replace("name: queue-seeder", "name: seeding"));
  succeeded(await stack.project.pulumi(["stack", "init", "test", "--no-select"]));
  stack.write("exported.json", exported);
  succeeded(await stack.pulumi(["stack", "import", "--file", "exported.json"]));
  // What is secret is encrypted anew by an import.
  const before = await resources(seeder);
  const commands = [
    ["plan"],
    ["up", "--yes"],
    ["status"],
    ["baseline", "first", "--yes"],
    ["forget", "first", "--yes"],
  ];
  for (const [name = "", ...args] of commands) {
    const run = await cli(stack.project, [name, "--stack", "test", ...args]);
    expect([name, run.code, said(run)]).toEqual([name, 1, expect.stringContaining("STATE_OF_OTHER_STACK: ")]);
  }
  expect(arrived(seeder)).toBe(2);
  expect(await resources(seeder)).toEqual(before);
});

it("deploys nothing where the engine's preview fails, and plans by the files alone then", async () => {
  await using seeder = await makeSeeder({ messages: { "first.yaml": manifest(2) } });
  const { stack } = seeder;
  const wrong = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
  const plan = await cli(stack.project, ["plan", "--stack", "test"], wrong);
  expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("the engine's preview failed")]);
  expect(plan.stdout).toContain("2 messages to push");
  const { run, record } = await upTo(seeder, [], wrong);
  expect([run.code, record.exit, seeder.pushes()], said(run)).toEqual([1, 1, []]);
  expect(said(run)).toMatch(/preview failed|passphrase/);
});
