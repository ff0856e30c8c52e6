import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type {
  BatchTrace,
  ConsumerSettings,
  IsolatedTrace,
  MessageReport,
  Rehearsal,
} from "../../src/rehearse/types.ts";
import { type Ran, start } from "../cli/support/run.ts";
import { runHere } from "../cli/support/run-here.ts";

/** The JSON of a rehearsal, in which undefined is null. */
export interface RehearsalJson extends Omit<Rehearsal, "queues"> {
  readonly acknowledged: boolean;
  readonly queues: readonly {
    readonly settings: ConsumerSettings | null;
    readonly messages: readonly (Omit<MessageReport, "isolated"> & { readonly isolated: IsolatedTrace | null })[];
    readonly batches: readonly BatchTrace[];
  }[];
}

/** Returns a manifest with these bodies, one message per line from line 3 on. */
export function messagesFile(bodies: readonly unknown[]): Readonly<Record<string, string>> {
  const lines = bodies.map((body) => `  - body: ${JSON.stringify(body)}\n`);
  return { "messages/orders.yaml": `queue: orders\nmessages:\n${lines.join("")}` };
}

const project = {
  "package.json": '{"private": true, "type": "module"}',
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": `config:
  queue-seeder:accountId: 023e105f4ecef8ad9ca31a8372d0c353
  queue-seeder:queues:
    orders:
      id: 0123456789abcdef0123456789abcdef
  shop:token:
    secure: AAABAA==
`,
};

/** A repository with a stack and a consumer, which can use the packages of `packages`. */
export class RehearsalProject implements AsyncDisposable {
  readonly folder: string;
  /** Additional environment of the command. */
  env: NodeJS.ProcessEnv = {};

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(packages: string | undefined, files: Readonly<Record<string, string>>): Promise<RehearsalProject> {
    const opened = new RehearsalProject(await mkdtemp(join(tmpdir(), "rehearsal-")));
    for (const [name, content] of Object.entries({ ...project, ...files })) {
      const path = join(opened.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    if (packages !== undefined) await symlink(join(packages, "node_modules"), join(opened.folder, "node_modules"));
    return opened;
  }

  /** Runs `rehearse` with all messages and text output. */
  run(...flags: readonly string[]): Promise<Ran> {
    return this.start(...flags).ended;
  }

  /** Runs it in this process. No Worker can be started in it. */
  runHere(...flags: readonly string[]): Promise<Ran> {
    return runHere(["rehearse", "--stack", "dev", "--all", ...flags], { cwd: this.folder, env: this.#commandEnv() });
  }

  async rehearse(...flags: readonly string[]): Promise<Ran & { readonly report: RehearsalJson }> {
    const ended = await this.run(...flags, "--format", "json");
    if (ended.stdout === "") throw new Error(`no report: ${ended.stderr}`);
    return { ...ended, report: JSON.parse(ended.stdout) };
  }

  start(...flags: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
    const env = this.#commandEnv();
    const child = start(["rehearse", "--stack", "dev", "--all", ...flags], { cwd: this.folder, env });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error("the command has no pipes");
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const ended = Promise.all([code, text(stdout), text(stderr)]).then(([ended, out, err]) => ({
      code: ended,
      stdout: out,
      stderr: err,
    }));
    return { child, ended };
  }

  #commandEnv(): NodeJS.ProcessEnv {
    return { HOME: this.folder, NO_COLOR: "1", XDG_CONFIG_HOME: join(this.folder, "config"), ...this.env };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
