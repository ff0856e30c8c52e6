import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

/**
 * After any change between a plan and the run, every report of the run agrees: the plan, Pulumi's own preview, `up`, the record
 * that it writes, the status after it, and the queue. The changes are made together, each to one manifest or queue, so that a
 * few runs of Pulumi cover them all.
 */
interface Change {
  readonly what: string;
  /** Name of the manifest before and after the change. Default: unchanged. */
  readonly from: string;
  readonly to?: string;
  /** Name of its queue in the emulator before and after the change. Default: `orders`. */
  readonly queue?: string;
  readonly toQueue?: string;
  /** Indices of the messages that the next run pushes. */
  readonly pushes: readonly number[];
}

const changes: readonly Change[] = [
  { what: "a comment, and another layout", from: "layout", pushes: [] },
  { what: "a segment that Pulumi has to replace", from: "replaced", pushes: [] },
  { what: "a message more", from: "more", pushes: [3] },
  { what: "a manifest that is gone", from: "gone", pushes: [] },
  { what: "another manifest", from: "new", pushes: [0, 1] },
  { what: "a tainted segment", from: "tainted", pushes: [0, 1, 2] },
  { what: "a run of Pulumi for one of two new manifests", from: "targeted", pushes: [] },
  { what: "the other one of the two", from: "untargeted", pushes: [0, 1, 2, 3, 4] },
  { what: "another queue", from: "moving", queue: "before", toQueue: "after", pushes: [0, 1, 2] },
  { what: "a former name", from: "former", to: "present", pushes: [3] },
  { what: "a queue that is created", from: "created", queue: "created", pushes: [0, 1] },
  { what: "a queue that gets other settings", from: "settings", queue: "settings", pushes: [] },
  { what: "a queue that is replaced", from: "swapped", queue: "swapped", toQueue: "swapped-eu", pushes: [0, 1, 2] },
  { what: "a queue that is deleted with what is in it", from: "dropped", queue: "dropped", pushes: [] },
];

/** Each body contains the name of its manifest. */
const messages = (name: string, count: number, { queue = "orders", more = "" } = {}) =>
  `queue: ${queue}\n${more}messages:\n${Array.from({ length: count }, (_, n) => `  - { id: m-${n}, body: { of: ${name}, n: ${n} } }\n`).join("")}`;
const urnOf = (type: string, name: string) => `urn:pulumi:test::queue-seeder::${type}::${name}`;
const segmentOf = (name: string) => urnOf("pulumi-nodejs:dynamic:Segment", `${name}/0`);

async function planOf({ stack }: Seeder, out: string) {
  const run = await cli(stack.project, ["plan", "--stack", "test", "--format", "json", "--out", out]);
  expect(run.code, outputOf(run)).toBe(0);
  return JSON.parse(run.stdout) as {
    readonly program: object;
    readonly total: { readonly messages: number };
    readonly manifests: readonly { readonly name: string; readonly push: { readonly messages: number } }[];
    readonly queues: readonly object[];
    readonly queueChanges: readonly { readonly name: string; readonly change: string }[];
  };
}

async function upTo({ stack }: Seeder, args: readonly string[]) {
  const run = await cli(stack.project, ["up", "--stack", "test", "--yes", "--run-file", "run.json", ...args]);
  return { run, record: JSON.parse(readFileSync(join(stack.project.dir, "run.json"), "utf8")) };
}

const arrived = ({ pushes }: Seeder) => pushes().reduce((sum, n) => sum + n, 0);

/** Number of messages by manifest, without those that have none. */
type Counts = Readonly<Record<string, number>>;
const withoutZeros = (entries: readonly (readonly [string, number])[]): Counts =>
  Object.fromEntries(entries.filter(([, count]) => count > 0));

it("shows the same in every view, after changes of every kind", async () => {
  const own = (name: string, more: object = {}) => ({ [name]: { create: true, name, ...more } });
  await using seeder = await makeSeeder({
    messages: {
      ...Object.fromEntries(
        ["layout", "replaced", "more", "gone", "tainted", "former"].map((name) => [`${name}.yaml`, messages(name, 3)]),
      ),
      ...Object.fromEntries(
        ["moving", "settings", "swapped", "dropped"].map((name) => [
          `${name}.yaml`,
          messages(name, 3, { queue: name }),
        ]),
      ),
    },
    emulator: { queues: ["orders", "before", "after"].map((name) => ({ name })) },
    queues: {},
    credentials: "environment",
    standin: true,
  });
  const { stack, emulator, write } = seeder;
  const known = (name: string) => ({ id: emulator.queueId(name) });
  await stack.setConfig({
    "queue-seeder:queues": {
      orders: known("orders"),
      moving: known("before"),
      ...own("settings"),
      ...own("swapped"),
      ...own("dropped"),
    },
  });
  succeeded(await stack.up());
  expect(arrived(seeder)).toBe(30);

  write("layout.yaml", `# the same\n${messages("layout", 3)}`);
  write("targeted.yaml", messages("targeted", 2));
  write("untargeted.yaml", messages("untargeted", 5));
  const targets = [
    segmentOf("replaced"),
    segmentOf("targeted"),
    urnOf("pulumi-nodejs:dynamic:Deployments", "deployments"),
  ];
  const flagsOfTargets = targets.flatMap((target) => ["--target", target]);
  succeeded(
    await stack.pulumi(["up", "--yes", "--skip-preview", "--replace", segmentOf("replaced"), ...flagsOfTargets]),
  );
  // Pulumi replaced one segment, so all its messages were pushed again, and created the other one.
  expect(arrived(seeder)).toBe(35);
  succeeded(await stack.pulumi(["state", "taint", segmentOf("tainted"), "--yes"]));
  for (const gone of ["gone", "former", "dropped"]) stack.remove(`messages/${gone}.yaml`);
  write("more.yaml", messages("more", 4));
  write("new.yaml", messages("new", 2));
  write("present.yaml", messages("former", 4, { more: "moved_from: [former]\n" }));
  write("created.yaml", messages("created", 2, { queue: "created" }));
  await stack.setConfig({
    "queue-seeder:queues": {
      orders: known("orders"),
      moving: known("after"),
      ...own("created"),
      ...own("settings", { settings: { message_retention_period: 3600 } }),
      swapped: { create: true, name: "swapped-eu", jurisdiction: "eu" },
    },
  });
  const flags = ["--delete-queue", "swapped", "--delete-queue", "dropped"];
  const expected = withoutZeros(changes.map(({ from, to = from, pushes }) => [to, pushes.length] as const));
  const total = Object.values(expected).reduce((sum, n) => sum + n, 0);

  const plan = await planOf(seeder, "plan.json");
  expect(plan).toMatchObject({ program: { kind: "previewed" }, total: { messages: total } });
  expect(withoutZeros(plan.manifests.map(({ name, push }) => [name, push.messages] as const))).toEqual(expected);
  expect(plan.queueChanges.map(({ name, change }) => `${name} ${change}`).sort()).toEqual([
    "created create",
    "dropped delete",
    "settings update",
    "swapped replace",
  ]);
  const preview = succeeded(await stack.preview());
  const shown = [...preview.stdout.matchAll(/Segment \((.*)\/0\):\n\s+(\d+) messages? to push/g)];
  expect(withoutZeros(shown.map(([, name = "", count]) => [name, Number(count)] as const)), preview.stdout).toEqual(
    expected,
  );

  // test/cli/up/confirm-deletions.test.ts has what else requires the name of a queue.
  const unnamed = await upTo(seeder, ["--expect", "plan.json", "--delete-queue", "dropped"]);
  expect([unnamed.run.code, arrived(seeder)], outputOf(unnamed.run)).toEqual([1, 35]);
  expect(outputOf(unnamed.run)).toMatch(/QUEUE_DELETION: nothing was pushed\. .*swapped/);
  const held = Object.fromEntries(["orders", "before", "settings"].map((queue) => [queue, seeder.bodies(queue)]));
  const { run, record } = await upTo(seeder, ["--expect", "plan.json", ...flags]);
  expect(run.code, outputOf(run)).toBe(0);
  expect(record.total).toMatchObject({ pushed: total, inDoubt: 0, notSent: 0 });
  const pushed: readonly { name: string; pushed: number }[] = record.manifests;
  expect(withoutZeros(pushed.map((each) => [each.name, each.pushed] as const))).toEqual(expected);
  expect(outputOf(run)).toContain(`✓ ${total} messages pushed in `);

  const queues = new Set([
    "orders",
    "before",
    "settings",
    ...changes.map(({ queue = "orders", toQueue = queue }) => toQueue),
  ]);
  queues.delete("dropped");
  for (const queue of queues) {
    const fresh = changes
      .filter((change) => (change.toQueue ?? change.queue ?? "orders") === queue)
      .flatMap(({ from, pushes }) => pushes.map((n) => ({ of: from, n })));
    const text = (bodies: readonly unknown[]) => bodies.map((body) => JSON.stringify(body)).sort();
    expect(text(seeder.bodies(queue)), queue).toEqual(text([...(held[queue] ?? []), ...fresh]));
  }
  for (const gone of ["swapped", "dropped"]) expect(() => emulator.queueId(gone)).toThrow();

  const status = JSON.parse((await cli(stack.project, ["status", "--stack", "test", "--format", "json"])).stdout);
  expect(status.manifests.filter(({ pending }: { pending: number }) => pending > 0)).toEqual([]);
  const after = await planOf(seeder, "after.json");
  expect(after).toMatchObject({ total: { messages: 0 }, queueChanges: [] });
  // The state now contains the queue that the run created.
  expect(after.queues).toContainEqual(expect.objectContaining({ id: emulator.queueId("created") }));
});

it("continues with the ledger of a renamed stack, and refuses the state of another project in every command", async () => {
  await using seeder = await makeSeeder({ messages: { "first.yaml": messages("first", 2) } });
  const { stack } = seeder;
  succeeded(await stack.up());
  succeeded(await stack.pulumi(["stack", "rename", "renamed"]));
  seeder.write("first.yaml", messages("first", 3));
  const run = (...args: readonly string[]) => cli(stack.project, [...args, "--stack", "renamed"]);
  const lines = succeeded(await run("up", "--yes", "--format", "json"))
    .stdout.trim()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line)).find(({ kind }) => kind === "plan")).toMatchObject({
    plan: { stack: "renamed", total: { messages: 1 }, manifests: [{ pushedBefore: 2 }] },
  });
  const status = JSON.parse(succeeded(await run("status", "--format", "json")).stdout);
  expect([status.manifests, arrived(seeder)]).toMatchObject([[{ pushed: 3, pending: 0 }], 3]);

  const exported = succeeded(await stack.project.pulumi(["stack", "export", "--stack", "renamed"])).stdout;
  const yaml = readFileSync(join(stack.project.dir, "Pulumi.yaml"), "utf8");
  stack.write("Pulumi.yaml", yaml.replace("name: queue-seeder", "name: seeding"));
  // A stack of this name is in the other project now, and has no state yet.
  succeeded(await stack.project.pulumi(["stack", "init", "renamed", "--no-select"]));
  stack.write("exported.json", exported);
  succeeded(await stack.project.pulumi(["stack", "import", "--file", "exported.json", "--stack", "renamed"]));
  const state = join(stack.project.dir, "../state/.pulumi/stacks/seeding/renamed.json");
  const before = readFileSync(state, "utf8");
  const commands = [["up", "--yes"], ["status"], ["baseline", "first", "--yes"], ["forget", "first", "--yes"]];
  for (const [name = "", ...args] of commands) {
    const refused = await run(name, ...args);
    expect([name, refused.code, outputOf(refused)]).toEqual([
      name,
      1,
      expect.stringContaining("STATE_OF_OTHER_STACK: "),
    ]);
  }
  expect(arrived(seeder)).toBe(3);
  expect(readFileSync(state, "utf8")).toBe(before);
});
