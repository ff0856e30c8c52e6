import { basename } from "node:path";
import { collectModules, type WorkerModule } from "./collect-modules.ts";
import { loadEsbuild, loadTypeScript } from "./optional-packages.ts";

/** The modules that the runtime provides. */
export const builtIn = ["cloudflare:*", "node:*", "workerd:*"] as const;

/**
 * Compiles the Worker to JavaScript modules, entry first. With esbuild, which wrangler includes, packages are bundled too;
 * without it, the TypeScript compiler strips the types of each file.
 *
 * @param sourceMap whether the code ends with a source map; only esbuild writes one
 * @throws Error with the location if the code does not compile
 */
export async function bundleWorker(
  file: string,
  { sourceMap = false }: { readonly sourceMap?: boolean } = {},
): Promise<readonly [WorkerModule, ...WorkerModule[]]> {
  const esbuild = loadEsbuild();
  if (esbuild === undefined) {
    const ts = loadTypeScript();
    if (ts !== undefined) return collectModules(file, ts);
    throw new Error(
      `${file}: the Worker must be bundled. Run \`npm install --save-dev esbuild\` (wrangler includes it), and start again.`,
    );
  }
  const { outputFiles } = await esbuild
    .build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker", "browser"],
      external: [...builtIn],
      logLevel: "silent",
      ...(sourceMap && { sourcemap: "inline", sourcesContent: false }),
    })
    .catch((error: unknown) => {
      throw new Error(describe(file, error), { cause: error });
    });
  const contents = outputFiles[0]?.text ?? "";
  return [{ type: "ESModule", path: `/${basename(file)}`, contents }];
}

interface BuildFailure {
  readonly errors?: readonly {
    readonly text: string;
    readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
  }[];
}

function describe(file: string, error: unknown): string {
  const [first] = (error as BuildFailure).errors ?? [];
  if (first === undefined) return (error as Error).message;
  const { location } = first;
  return location === null
    ? `${file}: ${first.text}`
    : `${location.file}:${location.line}:${location.column + 1}: ${first.text}`;
}
