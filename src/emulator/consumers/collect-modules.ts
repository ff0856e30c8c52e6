import { readFile } from "node:fs/promises";
import { dirname, extname, relative, resolve } from "node:path";
import type { TypeScriptPackage } from "./optional-packages.ts";

/** A module in the format of workerd; imports refer to other modules by their path, which begins with a slash. */
export interface WorkerModule {
  readonly type: "ESModule";
  readonly path: string;
  readonly contents: string;
}

/** Extensions that an import may omit. */
const tried = ["", ".ts", ".mts", ".js", ".mjs", ".json", "/index.ts", "/index.js"];

/**
 * Collects a Worker's file and everything that it imports by path, with types stripped.
 *
 * @throws Error with the location of code that does not compile, or of an import that needs a bundler
 */
export async function collectModules(
  entry: string,
  ts: TypeScriptPackage,
): Promise<readonly [WorkerModule, ...WorkerModule[]]> {
  const root = dirname(resolve(entry));
  const modules = new Map<string, WorkerModule>();
  const visit = async (file: string, text: string): Promise<WorkerModule> => {
    const path = moduleName(root, file);
    const script = compile(ts, file, text);
    const module = { type: "ESModule" as const, path, contents: "" };
    // Before its imports are visited, because they may be circular.
    modules.set(file, module);
    let contents = script;
    // From the last to the first, so that earlier offsets stay valid.
    for (const { name, at, end } of listImports(ts, script).reverse()) {
      if (/^(cloudflare|node|workerd):/.test(name)) continue;
      if (!name.startsWith(".")) throw new Error(needsBundler(file, name));
      const found = await findFile(resolve(dirname(file), name));
      if (found === undefined) throw new Error(`${file}: the import ${name} was not found.`);
      if (!modules.has(found.file)) await visit(found.file, found.text);
      const specifier = JSON.stringify(moduleName(root, found.file));
      contents = `${contents.slice(0, at)}${specifier}${contents.slice(end)}`;
    }
    const done = { ...module, contents };
    modules.set(file, done);
    return done;
  };
  const first = await findFile(resolve(entry));
  if (first === undefined) throw new Error(`Cannot read the Worker ${entry}: the file does not exist.`);
  const main = await visit(first.file, first.text);
  return [main, ...[...modules.values()].filter((module) => module !== main)];
}

/** Compiles a file; JSON becomes a module that exports its value. */
function compile(ts: TypeScriptPackage, file: string, text: string): string {
  if (extname(file) === ".json") return `export default ${text};`;
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: false },
  });
  const [first] = diagnostics;
  if (first === undefined) return outputText;
  const words = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  const position = first.file?.getLineAndCharacterOfPosition(first.start ?? 0);
  throw new Error(
    position === undefined ? `${file}: ${words}` : `${file}:${position.line + 1}:${position.character + 1}: ${words}`,
  );
}

/** Lists the imports in order; `at` and `end` enclose the specifier with its quotes. */
function listImports(ts: TypeScriptPackage, script: string): { name: string; at: number; end: number }[] {
  return ts
    .preProcessFile(script, true, true)
    .importedFiles.map(({ fileName: name, pos: at }) => ({ name, at, end: at + name.length + 2 }))
    .sort((a, b) => a.at - b.at);
}

async function findFile(path: string): Promise<{ file: string; text: string } | undefined> {
  const withoutJs = path.replace(/\.(m?)js$/, ".$1ts");
  for (const file of [...tried.map((extension) => path + extension), withoutJs]) {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EISDIR" || error.code === "ENOTDIR") return undefined;
      throw error;
    });
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

/** Returns the name of a module below one root; a file above the root gets a name with `_` for each parent folder. */
function moduleName(root: string, file: string): string {
  return `/${relative(root, file).replaceAll("\\", "/").replaceAll("../", "_/")}`;
}

function needsBundler(file: string, name: string): string {
  return (
    `${file}: the package ${name} must be bundled. Run \`npm install --save-dev esbuild\` ` +
    "(wrangler includes it), and start again."
  );
}
