import { spawnSync } from "node:child_process";
import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse, stringify } from "yaml";
import type { Config } from "./demo-config.ts";

/** A temporary copy of the project, with its own stack and state. Deleted on disposal. */
export interface Sandbox extends Disposable {
  readonly folder: string;
  /** Merges `config` into the stack's configuration file, keeping what Pulumi wrote there. */
  configure(stack: string, config: Config): void;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Environment variables for Pulumi. */
  readonly env: NodeJS.ProcessEnv;
}

const stackFile = /^Pulumi\.(?!ya?ml$).*ya?ml$/;

/**
 * Copies what the demo changes, and what finds the project by its own path: the program, messages/ and the files in the root,
 * except the stack files, which Pulumi writes to. Other folders, such as node_modules, are links.
 */
export function createSandbox(project: string): Sandbox {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-demo-")));
  const folder = join(base, "project");
  for (const path of [folder, join(base, "state")]) mkdirSync(path);
  const copied = new Set(["messages", programFolder(project)]);
  for (const entry of readdirSync(project)) {
    if (stackFile.test(entry) || entry === ".git") continue;
    const [from, to] = [join(project, entry), join(folder, entry)];
    if (copied.has(entry)) copyFolder(from, to);
    else if (statSync(from, { throwIfNoEntry: false })?.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
    else symlinkSync(from, to);
  }
  return {
    folder,
    configure(stack, config) {
      const file = join(folder, `Pulumi.${stack}.yaml`);
      const written = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
      writeFileSync(file, stringify({ ...written, config: { ...written?.config, ...config } }));
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
    write: (path, text) => writeFileSync(join(folder, path), text),
    env: {
      PULUMI_BACKEND_URL: `file://${join(base, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "demo",
      // Keeps the demo's journal apart from the journal of the real stack with that name.
      QUEUE_SEEDER_JOURNAL: join(base, "journal"),
      ...gitFolder(project),
    },
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function copyFolder(from: string, to: string): void {
  const filter = (path: string) => basename(path) !== "node_modules";
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, filter });
  const modules = join(from, "node_modules");
  if (existsSync(modules)) symlinkSync(modules, join(to, "node_modules"));
}

/** Returns the folder in the project's root that contains the program; "" if the program is in the root itself. */
function programFolder(project: string): string {
  const main: unknown = parse(readFileSync(join(project, "Pulumi.yaml"), "utf8"))?.main;
  const [first = "", ...rest] = typeof main === "string" ? main.replace(/^\.\//, "").split("/") : [];
  if (rest.length > 0) return first;
  return first !== "" && statSync(join(project, first), { throwIfNoEntry: false })?.isDirectory() ? first : "";
}

/** Lets manifests in the copy use the commit of the project. */
function gitFolder(project: string): NodeJS.ProcessEnv {
  const { status, stdout } = spawnSync("git", ["rev-parse", "--absolute-git-dir"], { cwd: project, encoding: "utf8" });
  return status === 0 ? { GIT_DIR: stdout.trim() } : {};
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
