import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const repository = join(import.meta.dirname, "../../..");

/** Runs a program in a folder. @returns its stdout @throws Error with its output if it fails */
export function run(folder: string, file: string, ...args: string[]): string {
  // The variables that npm sets for scripts are about the repository, and must not affect an npm in another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  env.PATH = `${dirname(process.execPath)}:${env.PATH}`;
  return execFileSync(file, args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Installs the packed package into a project, with npm and without a network. Only its declared dependencies are available, as
 * links into the repository, so an undeclared dependency is missing.
 */
export function install(tarball: string, project: string): void {
  linkDependencies(tarball, project);
  cpSync(tarball, join(project, basename(tarball)));
  run(project, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", basename(tarball));
}

interface UnpackOptions {
  /** Packages that the project itself depends on. */
  readonly also?: readonly string[];
  /** A folder whose node_modules has other versions of Pulumi's packages than the repository's. */
  readonly pulumi?: string;
}

/** Gives a project the same files as `install`, without the seconds that npm takes. */
export function unpack(tarball: string, project: string, options: UnpackOptions = {}): void {
  linkDependencies(tarball, project, options);
  const folder = join(project, "node_modules/queue-seeder");
  const bin = join(project, "node_modules/.bin");
  for (const each of [folder, bin]) mkdirSync(each, { recursive: true });
  run(folder, "tar", "-xzf", tarball, "--strip-components=1");
  const file = join(project, "package.json");
  const own = packageJson(project);
  const dependencies = { ...(own.dependencies as object | undefined), "queue-seeder": `file:${basename(tarball)}` };
  writeFileSync(file, JSON.stringify({ ...own, dependencies }));
  for (const [name, path] of Object.entries(packageJson(folder).bin as Record<string, string>)) {
    symlinkSync(join("../queue-seeder", path), join(bin, name));
  }
}

function linkDependencies(
  tarball: string,
  project: string,
  { also = [], pulumi = repository }: UnpackOptions = {},
): void {
  const manifest = join(project, "package.json");
  if (!existsSync(manifest)) {
    const dependencies = Object.fromEntries(also.map((name) => [name, "*"]));
    writeFileSync(manifest, JSON.stringify({ name: "shop", private: true, type: "module", dependencies }));
  }
  const inTarball = JSON.parse(run(project, "tar", "-xzOf", tarball, "package/package.json"));
  const optional = Object.keys(inTarball.peerDependenciesMeta);
  const needed = Object.keys({ ...inTarball.dependencies, ...inTarball.peerDependencies });
  for (const name of [...needed.filter((name) => !optional.includes(name)), ...also]) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    const folder = name.startsWith("@pulumi/") ? pulumi : repository;
    symlinkSync(join(folder, "node_modules", name), join(project, "node_modules", name));
  }
}

/** Reads the package.json of the repository, or of another folder. */
export function packageJson(folder = repository): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
