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

/** A folder that is the project for the engine, with a stack and a state of its own. */
export interface Sandbox extends Disposable {
  readonly folder: string;
  /** Has the stack's configuration hold these beside what the engine wrote there. */
  configure(stack: string, config: Config): void;
  /** For the engine. */
  readonly env: NodeJS.ProcessEnv;
}

const stackFile = /^Pulumi\.(?!ya?ml$).*ya?ml$/;

/**
 * The engine writes into the stack's file, and would into the project's. So it gets a folder with links to everything in
 * the project but those files. Node resolves links: the program finds itself, and messages/, in the project.
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
      // What the demo pushes must not be taken for what the real stack of that name pushed.
      QUEUE_SEEDER_JOURNAL: join(base, "journal"),
    },
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The configuration that a stack has in the project; empty where it has none. */
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
