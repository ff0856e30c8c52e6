import { createRequire } from "node:module";
import { join } from "node:path";

/** The part of the package miniflare that is used, for versions 4 and 5. */
export interface MiniflarePackage {
  readonly Miniflare: new (options: object) => MiniflareInstance;
  /** Version 4 only: the newest compatibility date that its runtime supports. */
  readonly supportedCompatibilityDate?: string;
  /** Version 5 only: converts options of version 4. */
  readonly convertV4MiniflareOptions?: (options: object) => object;
  readonly getDefaultDevRegistryPath?: () => string;
  readonly Log: new (level: number) => object;
}

export interface MiniflareInstance {
  readonly ready: Promise<unknown>;
  getWorker(): Promise<{
    queue(name: string, messages: readonly object[], metadata: object): Promise<unknown>;
  }>;
  dispatchFetch(url: string, init: { readonly method: string; readonly body: string }): Promise<MiniflareResponse>;
  getQueueProducer(binding: string): Promise<{
    sendBatch(messages: readonly { readonly body: unknown; readonly contentType: string }[]): Promise<unknown>;
  }>;
  dispose(): Promise<void>;
}

export interface MiniflareResponse {
  readonly ok: boolean;
  text(): Promise<string>;
}

/** The part of the package esbuild that is used. */
export interface EsbuildPackage {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

/** The package typescript, before version 7, which has no such functions. */
export type TypeScriptPackage = typeof import("typescript");

type Require = ReturnType<typeof createRequire>;

/** Returns where to look for packages: in the current project, then next to queue-seeder itself. */
function searchFolders(): Require[] {
  return [createRequire(join(process.cwd(), "package.json")), createRequire(import.meta.url)];
}

/** Loads miniflare. @param flag the flag that needs it @throws Error with the package to install */
export function loadMiniflare(flag: string): MiniflarePackage {
  // wrangler's own copy first: processes that must find each other need the same registry format.
  const found = searchFolders().flatMap((require) => [...resolveNextTo(require, "wrangler"), require]);
  const miniflare = load(found, "miniflare");
  if (miniflare !== undefined) return miniflare as MiniflarePackage;
  throw new Error(missing(flag));
}

function missing(flag: string): string {
  return (
    `${flag} needs the package miniflare, which is not installed. Run \`npm install --save-dev miniflare\` ` +
    "in this project, and start again."
  );
}

/**
 * Starts miniflare. Its signal handlers are removed, because they would end this process before the emulator has saved its
 * state: the caller of the emulator handles signals.
 *
 * @param options in the format of version 4
 * @throws the package's error if it does not start
 */
export async function startMiniflare(
  { Miniflare, convertV4MiniflareOptions }: MiniflarePackage,
  options: object,
): Promise<MiniflareInstance> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = signals.map((signal) => process.listeners(signal));
  const miniflare = new Miniflare(convertV4MiniflareOptions?.(options) ?? options);
  try {
    await miniflare.ready;
    return miniflare;
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    throw error;
  } finally {
    signals.forEach((signal, index) => {
      const added = process.listeners(signal).filter((listener) => !before[index]?.includes(listener));
      for (const listener of added) process.removeListener(signal, listener);
    });
  }
}

/** Returns the path of workerd, which comes with miniflare. @param flag the flag that needs it @throws Error with the package to install */
export function findWorkerd(flag: string): string {
  const found = searchFolders().flatMap((require) => [
    ...resolveNextTo(require, "miniflare"),
    ...resolveNextTo(require, "wrangler"),
    require,
  ]);
  const workerd = load(found, "workerd");
  if (workerd !== undefined) return (workerd as { readonly default: string }).default;
  throw new Error(missing(flag));
}

/** Loads esbuild, which wrangler includes. @returns undefined if it is not installed */
export function loadEsbuild(): EsbuildPackage | undefined {
  const found = searchFolders().flatMap((require) => [require, ...resolveNextTo(require, "wrangler")]);
  return load(found, "esbuild") as EsbuildPackage | undefined;
}

/** Loads typescript. @returns undefined if it is not installed, or too new */
export function loadTypeScript(): TypeScriptPackage | undefined {
  const found = load(searchFolders(), "typescript") as Partial<TypeScriptPackage> | undefined;
  return found?.transpileModule && (found as TypeScriptPackage);
}

function load(requires: readonly Require[], name: string): unknown {
  for (const require of requires) {
    const file = resolve(require, name);
    if (file !== undefined) return require(file);
  }
  return undefined;
}

/** Returns require functions that resolve packages as the package `name` does. */
function resolveNextTo(require: Require, name: string): Require[] {
  const file = resolve(require, `${name}/package.json`);
  return file === undefined ? [] : [createRequire(file)];
}

function resolve(require: Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
