import type { Emulator } from "../../emulator/index.ts";
import { formatCount } from "../../format.ts";
import type { Commands } from "./commands.ts";
import type { DemoConfig } from "./demo-config.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Script } from "./script.ts";

/** The facts about the project that the steps need. */
export interface DemoProject {
  readonly stack: string;
  /** Queues that the stack's manifests push to; at least one. */
  readonly queues: readonly string[];
  /** Whether a manifest has `push: every_deploy`, so that each deployment pushes something. */
  readonly pushesAgain: boolean;
}

export interface Demo {
  readonly project: DemoProject;
  readonly config: DemoConfig;
  readonly emulator: Emulator;
  readonly sandbox: Sandbox;
  readonly commands: Commands;
  readonly script: Script;
}

/** The manifest that the last step adds. */
const added = "messages/added-by-the-demo.yaml";

/** Plays the demo. @returns whether every step had the expected result */
export async function playSteps(demo: Demo): Promise<boolean> {
  const { project, script } = demo;
  const { stack, queues } = project;
  if (!(await makeStack(demo))) return false;

  script.step(`\`queue-seeder plan --stack ${stack}\` shows what will be pushed.`);
  const planned = await plan(demo);
  if (planned === undefined) return false;

  script.step("`pulumi up` pushes it. The stack's outputs contain the metrics that the API returned.");
  const first = await up(demo, (pushed) => pushed >= planned);
  if (first === undefined || !(await showMetrics(demo))) return false;
  script.done(`${pushedText(first)}: ${countMessages(demo)}.`);

  script.step("`pulumi up` again: the ledger in the state has every message.");
  const second = await up(demo, (pushed) => pushed === 0 || project.pushesAgain);
  if (second === undefined) return false;
  script.done(second === 0 ? "Nothing was pushed." : `${pushedText(second)} again, as push: every_deploy requires.`);

  script.step("One message is added, and `pulumi up` runs once more.");
  const manifest = `queue: ${queues[0]}\nmessages:\n  - body: { added: by the demo }\n`;
  demo.sandbox.write(added, manifest);
  script.detail([`+ ${added}`, ...manifest.trimEnd().replace(/^/gm, "+   ").split("\n")]);
  const third = await up(demo, (pushed) => pushed === second + 1);
  if (third === undefined) return false;
  script.done(`${pushedText(third)}: ${countMessages(demo)}.`);
  return true;
}

async function makeStack({ project, config, emulator, commands, sandbox, script }: Demo): Promise<boolean> {
  const { stack, queues } = project;
  const made = await commands.pulumi(["stack", "init", stack, "--no-select"]);
  const secrets = Object.entries(config.secret).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
  const last =
    made.code === 0 && secrets.length > 0
      ? await commands.pulumi(["config", "set-all", "--stack", stack, ...secrets])
      : made;
  if (last.code !== 0) {
    script.failed("The stack could not be created.", last);
    return false;
  }
  sandbox.configure(stack, config.plain);
  const noun = queues.length === 1 ? "queue" : "queues";
  script.detail(`An emulator of the Cloudflare Queues API has the ${noun} ${queues.join(", ")}.`);
  if (emulator.producer !== undefined) script.detail("Messages are pushed through the producer Worker, in workerd.");
  return true;
}

/** @returns the number of planned messages; undefined if the plan failed */
async function plan({ project, commands, sandbox, script }: Demo): Promise<number | undefined> {
  const run = await commands.seeder(["plan", "--stack", project.stack, "--out", "demo-plan.json"]);
  if (run.code !== 0) {
    script.failed("The plan failed.", run);
    return undefined;
  }
  script.detail(run.stdout.split("\n").filter((line) => line !== ""));
  const { total } = JSON.parse(sandbox.read("demo-plan.json"));
  script.done(`${formatCount(total.messages, "message")} to push.`);
  return total.messages;
}

/** Deploys. @returns the number of messages that arrived; undefined if it failed or was not the expected number */
async function up(
  { project, commands, emulator, script }: Demo,
  isExpected: (pushed: number) => boolean,
): Promise<number | undefined> {
  const before = emulator.requests.length;
  const run = await commands.pulumi(["up", "--stack", project.stack, "--yes", "--skip-preview", "--suppress-outputs"]);
  const pushed = emulator.requests.slice(before).reduce((sum, { accepted }) => sum + accepted, 0);
  if (run.code !== 0 || !isExpected(pushed)) {
    script.failed(`The deployment ${run.code === 0 ? `was not as announced: ${pushedText(pushed)}` : "failed"}.`, run);
    return undefined;
  }
  script.output(run);
  return pushed;
}

async function showMetrics({ project, commands, script }: Demo): Promise<boolean> {
  const run = await commands.pulumi(["stack", "output", "queues", "--json", "--stack", project.stack]);
  if (run.code !== 0) {
    script.failed("The stack has no output `queues`.", run);
    return false;
  }
  const queues: Readonly<Record<string, { readonly metrics: object | null }>> = JSON.parse(run.stdout);
  script.detail(
    Object.entries(queues).map(([name, { metrics }]) => {
      const values = Object.entries(metrics ?? {}).map(([key, value]) => `${key} ${value}`);
      return `${name}: ${values.join(", ") || "no metrics"}`;
    }),
  );
  return true;
}

function pushedText(pushed: number): string {
  return `${formatCount(pushed, "message")} ${pushed === 1 ? "was" : "were"} pushed`;
}

function countMessages({ project, emulator }: Demo): string {
  return project.queues.map((name) => `${name} ${emulator.messages(name).length}`).join(", ");
}
