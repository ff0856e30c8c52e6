import { join } from "node:path";
import type { Emulator } from "../../src/emulator/index.ts";
import type { ProcessResult } from "../../src/engine/child-process.ts";
import { Calls, finished } from "./record.ts";
import type { Project } from "./workers.ts";

/** The wrangler version that the tests install. */
export const wranglerVersion = "4.164.0";

/** A substring of the output, or a pattern that it has to match. */
type OutputPattern = string | RegExp;

/** Runs wrangler in a folder of its own, configured to call only the emulator. */
export class Wrangler {
  readonly #project: Project;
  readonly #emulator: Emulator;
  readonly #bin: string;
  readonly calls = new Calls();
  /** Commands that were run, without their arguments. */
  readonly commands = new Set<string>();

  /** @param packages the folder in which wrangler is installed */
  constructor(packages: string, project: Project, emulator: Emulator) {
    this.#bin = join(packages, "node_modules/wrangler/bin/wrangler.js");
    this.#project = project;
    this.#emulator = emulator;
  }

  run(args: readonly string[], token = this.#emulator.token): Promise<ProcessResult> {
    const { folder } = this.#project;
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      CI: "true",
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      // The banner checks the npm registry for a newer version.
      WRANGLER_HIDE_BANNER: "true",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      CLOUDFLARE_API_BASE_URL: this.#emulator.baseUrl,
      CLOUDFLARE_ACCOUNT_ID: this.#emulator.accountId,
      CLOUDFLARE_API_TOKEN: token,
    };
    return finished(process.execPath, [this.#bin, "queues", ...args], { cwd: folder, env });
  }

  /** Runs a command that must succeed and print these texts. @returns its stdout */
  async ok(command: string, ...expected: readonly OutputPattern[]): Promise<string> {
    return (await this.#check("worked", command, this.#emulator.token, expected)).stdout;
  }

  /** Runs a command that must fail and print these texts. */
  async refused(command: string, ...expected: readonly OutputPattern[]): Promise<void> {
    await this.#check("refused", command, this.#emulator.token, expected);
  }

  async refusedWith(token: string, command: string, ...expected: readonly OutputPattern[]): Promise<void> {
    await this.#check("refused", command, token, expected);
  }

  async #check(verdict: "worked" | "refused", command: string, token: string, expected: readonly OutputPattern[]) {
    const words = command.split(" ");
    const leaf = words.findIndex((word) => /^(?:--|q-|none$)/.test(word));
    this.commands.add(words.slice(0, leaf === -1 ? undefined : leaf).join(" "));
    const ended = await this.run(words, token);
    const all = ended.stdout + ended.stderr;
    const missing = expected.filter((one) => (typeof one === "string" ? !all.includes(one) : !one.test(all)));
    const wrong = [
      ...((ended.code === 0) === (verdict === "worked") ? [] : [`exit ${ended.code}`]),
      ...missing.map((one) => `it does not print ${one}`),
    ];
    this.calls.report(verdict, wrong.length === 0 ? [] : [`queues ${command}: ${wrong.join(", ")}: ${all}`]);
    return ended;
  }

  /** Lists wrangler's commands from its own help. */
  async known(...group: readonly string[]): Promise<string[]> {
    const { stdout } = await this.run([...group, "--help"]);
    const found: string[] = [];
    for (const [, words = "", rest = ""] of stdout.matchAll(/^ {2}wrangler queues ([a-z -]+?)( <.*| {2}.*)$/gm)) {
      // A group of commands has no arguments of its own.
      if (rest.startsWith(" <") || words === "list") found.push(words);
      else found.push(...(await this.known(...words.split(" "))));
    }
    return found;
  }
}
