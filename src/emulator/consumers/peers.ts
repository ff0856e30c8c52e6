import { createRequire } from "node:module";
import { join } from "node:path";

/** What is used of the package miniflare, in its versions 4 and 5. */
export interface MiniflarePackage {
  readonly Miniflare: new (options: object) => MiniflareInstance;
  /** Of version 4: the newest behaviour that its runtime knows. */
  readonly supportedCompatibilityDate?: string;
  /** Of version 5: what makes its options out of those of version 4. */
  readonly convertV4MiniflareOptions?: (options: object) => object;
  readonly getDefaultDevRegistryPath?: () => string;
  readonly Log: new (level: number) => object;
}

export interface MiniflareInstance {
  readonly ready: Promise<unknown>;
  getWorker(): Promise<{
    queue(name: string, messages: readonly object[], metadata: object): Promise<unknown>;
  }>;
  getQueueProducer(binding: string): Promise<{
    sendBatch(messages: readonly { readonly body: unknown; readonly contentType: string }[]): Promise<unknown>;
  }>;
  dispose(): Promise<void>;
}

/** What is used of the package esbuild. */
export interface EsbuildPackage {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

type Require = ReturnType<typeof createRequire>;

/** Where to look: the project that the command runs in, then beside queue-seeder itself. */
function places(): Require[] {
  return [createRequire(join(process.cwd(), "package.json")), createRequire(import.meta.url)];
}

/** @param flag what needs it @throws Error with what to install */
export function loadMiniflare(flag: string): MiniflarePackage {
  // Beside wrangler's own first: two that are to meet must write their registry alike.
  const found = places().flatMap((require) => [...beside(require, "wrangler"), require]);
  const miniflare = load(found, "miniflare");
  if (miniflare !== undefined) return miniflare as MiniflarePackage;
  throw new Error(
    `${flag} runs Workers with miniflare, which is not installed, as it is large. Run \`npm install --save-dev miniflare\` ` +
      "in this project, and start again.",
  );
}

/**
 * A miniflare that has started. It would end this process by itself on a signal, before the emulator has put its state
 * in order: whoever started the emulator decides that.
 *
 * @param options those of version 4 @throws the package's error when it does not start
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

/** undefined: it is not installed. Wrangler brings it. */
export function loadEsbuild(): EsbuildPackage | undefined {
  const found = places().flatMap((require) => [require, ...beside(require, "wrangler")]);
  return load(found, "esbuild") as EsbuildPackage | undefined;
}

function load(requires: readonly Require[], name: string): unknown {
  for (const require of requires) {
    const file = resolve(require, name);
    if (file !== undefined) return require(file);
  }
  return undefined;
}

/** How the package `name` itself finds packages. */
function beside(require: Require, name: string): Require[] {
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
