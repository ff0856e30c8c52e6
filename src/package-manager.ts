import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export type PackageManagerName = "npm" | "pnpm" | "yarn" | "bun";

/** How a package manager is used in a project. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** Its lock file, which belongs in Git. */
  readonly lockFile: string;
  /** Installs what package.json lists. */
  readonly install: string;
  /** Runs an installed command. It never downloads a package of that name. */
  readonly exec: string;
  /** Runs a script of package.json. */
  readonly run: string;
}

const packageManagers = {
  npm: {
    name: "npm",
    lockFile: "package-lock.json",
    install: "npm install",
    exec: "npx --no-install",
    run: "npm run",
  },
  pnpm: { name: "pnpm", lockFile: "pnpm-lock.yaml", install: "pnpm install", exec: "pnpm exec", run: "pnpm run" },
  yarn: { name: "yarn", lockFile: "yarn.lock", install: "yarn install", exec: "yarn run", run: "yarn run" },
  bun: { name: "bun", lockFile: "bun.lock", install: "bun install", exec: "bun run", run: "bun run" },
} as const satisfies Record<PackageManagerName, PackageManager>;

/** Lock files by name, including the older names of some. */
const lockFiles: readonly (readonly [file: string, PackageManagerName])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/**
 * Finds the package manager of a project: the one whose lock file, or whose name in `packageManager` of a package.json, is in the
 * folder or the nearest one above it; or else the one that started this process; or else npm.
 *
 * @param folder absolute path; it does not need to exist
 */
export function findPackageManager(folder: string, env: NodeJS.ProcessEnv): PackageManager {
  for (let at = folder; ; at = dirname(at)) {
    const found = lockFiles.find(([file]) => existsSync(join(at, file)))?.[1] ?? readPackageManagerField(at);
    if (found !== undefined) return packageManagers[found];
    // A repository's root ends the project.
    if (dirname(at) === at || existsSync(join(at, ".git"))) break;
  }
  return packageManagers[toName(env.npm_config_user_agent) ?? "npm"];
}

function readPackageManagerField(folder: string): PackageManagerName | undefined {
  try {
    return toName(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).packageManager);
  } catch {
    // Without a readable package.json, another source decides.
    return undefined;
  }
}

/** Reads the name from `pnpm@10.1.0` and `pnpm/10.1.0 npm/? node/v24.0.0 linux x64`. */
function toName(text: unknown): PackageManagerName | undefined {
  const name = typeof text === "string" ? /^[a-z]+/.exec(text)?.[0] : undefined;
  return name !== undefined && Object.hasOwn(packageManagers, name) ? (name as PackageManagerName) : undefined;
}

/**
 * Returns a Pulumi command as the user can type it: with the package manager in front if `pulumi` is not on PATH.
 *
 * @param folder absolute path of the project
 */
export function pulumiCommand(args: string, folder: string, env: NodeJS.ProcessEnv): string {
  return isOnPath("pulumi", env) ? `pulumi ${args}` : `${findPackageManager(folder, env).exec} pulumi ${args}`;
}

/** Reports whether a shell finds the command. Folders of installed packages do not count: only package managers add them. */
function isOnPath(command: string, { PATH = "" }: NodeJS.ProcessEnv): boolean {
  const folders = PATH.split(delimiter).filter((folder) => folder !== "" && !/[\\/]node_modules[\\/]/.test(folder));
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
