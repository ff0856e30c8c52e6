import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Config } from "./demo-config.ts";

/** A temporary folder with the project for Pulumi, with its own stack and state. Deleted on disposal. */
export interface Sandbox extends Disposable {
  readonly folder: string;
  /** Merges `config` into the stack's configuration file, keeping what Pulumi wrote there. */
  configure(stack: string, config: Config): void;
  /** Environment variables for Pulumi. */
  readonly env: NodeJS.ProcessEnv;
}

const stackFile = /^Pulumi\.(?!ya?ml$).*ya?ml$/;

/**
 * Creates a folder with links to everything in the project except the stack files and .git: Pulumi writes to the stack
 * file and must not change the project's. Node resolves links, so the program finds its modules and messages/ in the project.
 */
export function createSandbox(project: string): Sandbox {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-demo-")));
  const folder = join(base, "project");
  for (const path of [folder, join(base, "state")]) mkdirSync(path);
  for (const entry of readdirSync(project)) {
    if (!stackFile.test(entry) && entry !== ".git") symlinkSync(join(project, entry), join(folder, entry));
  }
  return {
    folder,
    configure(stack, config) {
      const file = join(folder, `Pulumi.${stack}.yaml`);
      const written = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
      writeFileSync(file, stringify({ ...written, config: { ...written?.config, ...config } }));
    },
    env: {
      PULUMI_BACKEND_URL: `file://${join(base, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "demo",
      // Keeps the demo's journal apart from the journal of the real stack with that name.
      QUEUE_SEEDER_JOURNAL: join(base, "journal"),
    },
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Reads a stack's configuration from the project; empty if the stack has no file. */
export function readConfig(project: string, stack: string): Config {
  const file = ["yaml", "yml"]
    .map((ending) => join(project, `Pulumi.${stack}.${ending}`))
    .find((path) => existsSync(path));
  if (file === undefined) return {};
  const { name } = parse(readFileSync(join(project, "Pulumi.yaml"), "utf8"));
  const config: Config = parse(readFileSync(file, "utf8"))?.config ?? {};
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${name}:${key}`, value]),
  );
}
