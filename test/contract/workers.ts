import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stableQueueId } from "../../src/emulator/broker/queue-id.ts";
import { defaults } from "../../src/emulator/defaults.ts";
import { Caller } from "../emulator/caller.ts";
import { type Command, startCommandIn } from "../emulator/command.ts";

/** Types for the consumers of these tests. */
export const prelude = `
interface Message { id: string; body: unknown; attempts: number; timestamp: Date; ack(): void; retry(o?: object): void }
interface Batch { queue: string; messages: readonly Message[]; ackAll(): void; retryAll(o?: object): void }
const show = ({ messages }: Batch): void =>
  console.log("batch " + JSON.stringify(messages.map(({ body, attempts }) => [body, attempts])));
`;

/** A folder for a consumer and its emulator, which can use the packages of `packages`. */
export class Project implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Creates the folder. @param packages a folder with node_modules; undefined if the consumer needs none */
  static async open(packages: string | undefined, files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), "consumer-")));
    await writeFile(join(project.folder, "package.json"), '{"private": true, "type": "module"}');
    if (packages !== undefined) await symlink(join(packages, "node_modules"), join(project.folder, "node_modules"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(project.folder, name), text);
    return project;
  }

  /** Starts an emulator in this folder. */
  async emulate(env: NodeJS.ProcessEnv, ...flags: string[]): Promise<Running> {
    return new Running(await startCommandIn(this.folder, { ...process.env, ...env }, "--no-rate-limit", ...flags));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

export class Running implements AsyncDisposable {
  readonly command: Command;
  readonly api: Caller;
  /** Offset in stderr at which the current test started. */
  #mark = 0;

  constructor(command: Command) {
    this.command = command;
    const { account: accountId, token } = defaults;
    this.api = new Caller({ baseUrl: command.baseUrl, accountId, token, queueId: stableQueueId });
  }

  queueId(name: string): string {
    return stableQueueId(name);
  }

  push(...bodies: readonly unknown[]): Promise<unknown> {
    return this.api.post("/messages/batch", { messages: bodies.map((body) => ({ body })) });
  }

  /** Advances the emulator's clock. */
  async advance(seconds: number): Promise<void> {
    const answer = await this.admin("POST", "clock", { advance_ms: seconds * 1000 });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Returns the bodies of the messages in a queue. */
  async bodies(queue: string): Promise<unknown[]> {
    const answer = await this.admin("GET", `queues/${stableQueueId(queue)}/messages`);
    const { result } = (await answer.json()) as { result: { messages: { body: string }[] } };
    return result.messages.map(({ body }) => JSON.parse(body));
  }

  admin(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(new URL(`/_emulator/${path}`, this.command.baseUrl), {
      method,
      headers: { authorization: `Bearer ${defaults.token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Makes `printed` and `batches` ignore the output so far. */
  mark(): void {
    this.#mark = this.command.stderr().length;
  }

  printed(text: string): Promise<void> {
    return this.command.printed(text, this.#mark);
  }

  /** Returns the batches that the consumer printed, each message as its body and its attempts. */
  batches(): unknown[] {
    const printed = this.command.stderr().slice(this.#mark);
    return [...printed.matchAll(/^\[\w+\] batch (.+)$/gm)].map(([, json = ""]) => JSON.parse(json));
  }

  /** Empties the queue, and replaces its consumer's settings; omitted settings get their defaults. */
  async configure(settings: object, deadLetterQueue?: string): Promise<void> {
    await this.api.post("/purge", { delete_messages_permanently: true });
    const { result } = (await this.api.call("GET", "/consumers")).json as { result: { consumer_id: string }[] };
    const answer = await this.api.call("PUT", `/consumers/${result[0]?.consumer_id}`, {
      type: "worker",
      script_name: "consumer",
      settings,
      ...(deadLetterQueue !== undefined && { dead_letter_queue: deadLetterQueue }),
    });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.json));
    this.mark();
  }

  /** Ends the emulator with SIGTERM, which also ends the runtime. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.command.end("SIGTERM");
  }
}
