import { readFile } from "node:fs/promises";
import { dirname, extname, relative, resolve } from "node:path";
import ts from "typescript";

/** A module as workerd gets it; imports name others by their path, which begins with a slash. */
export interface WorkerModule {
  readonly type: "ESModule";
  readonly path: string;
  readonly contents: string;
}

/** Extensions that an import may leave out, and those that stand for another in TypeScript. */
const tried = ["", ".ts", ".mts", ".js", ".mjs", ".json", "/index.ts", "/index.js"];

/**
 * A Worker's file and all that it imports by path, types stripped.
 *
 * @throws Error with the place of what does not compile, or of an import that needs a bundler
 */
export async function collectModules(entry: string): Promise<readonly [WorkerModule, ...WorkerModule[]]> {
  const root = dirname(resolve(entry));
  const modules = new Map<string, WorkerModule>();
  const visit = async (file: string, text: string): Promise<WorkerModule> => {
    const path = moduleName(root, file);
    const script = compile(file, text);
    const module = { type: "ESModule" as const, path, contents: "" };
    // Before its imports are visited: they may lead back here.
    modules.set(file, module);
    let contents = script;
    // From the last to the first, so that a place is still right when its turn comes.
    for (const { name, at, end } of importsOf(script).reverse()) {
      if (/^(cloudflare|node|workerd):/.test(name)) continue;
      if (!name.startsWith(".")) throw new Error(needsBundler(file, name));
      const found = await findFile(resolve(dirname(file), name));
      if (found === undefined) throw new Error(`${file}: cannot find ${name}.`);
      if (!modules.has(found.file)) await visit(found.file, found.text);
      const specifier = JSON.stringify(moduleName(root, found.file));
      contents = `${contents.slice(0, at)}${specifier}${contents.slice(end)}`;
    }
    const done = { ...module, contents };
    modules.set(file, done);
    return done;
  };
  const first = await findFile(resolve(entry));
  if (first === undefined) throw new Error(`Cannot read the Worker ${entry}: there is no such file.`);
  const main = await visit(first.file, first.text);
  return [main, ...[...modules.values()].filter((module) => module !== main)];
}

/** JSON becomes a module of its value. */
function compile(file: string, text: string): string {
  if (extname(file) === ".json") return `export default ${text};`;
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: false },
  });
  const [first] = diagnostics;
  if (first === undefined) return outputText;
  const words = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  const place = first.file?.getLineAndCharacterOfPosition(first.start ?? 0);
  throw new Error(
    place === undefined ? `${file}: ${words}` : `${file}:${place.line + 1}:${place.character + 1}: ${words}`,
  );
}

/** In order of their places; `at` and `end` enclose the specifier with its quotes. */
function importsOf(script: string): { name: string; at: number; end: number }[] {
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

/** Below one root; what lies above it gets a name all the same. */
function moduleName(root: string, file: string): string {
  return `/${relative(root, file).replaceAll("\\", "/").replaceAll("../", "_/")}`;
}

function needsBundler(file: string, name: string): string {
  return (
    `${file}: imports the package ${name}, which has to be bundled. Run \`npm install --save-dev esbuild\` ` +
    "(wrangler brings it), and start again."
  );
}
