import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { filesIn } from "./files.ts";

/**
 * Changes the imports of declarations from `.ts`, as the compiler leaves them, to `.js`, and deletes declarations that the library
 * does not use: only what other projects can import needs types.
 *
 * @param folder absolute path of the compiled package
 * @param entry the library's declarations, relative to `folder`
 */
export function finishDeclarations(folder: string, entry: string): void {
  const wanted = new Set<string>();
  const visit = (path: string) => {
    if (wanted.has(path)) return;
    wanted.add(path);
    const text = readFileSync(join(folder, path), "utf8");
    writeFileSync(join(folder, path), text.replace(/(["'])(\.{1,2}\/[^"']+)\.ts\1/g, "$1$2.js$1"));
    for (const specifier of listImports(text).filter((specifier) => specifier.startsWith("."))) {
      visit(join(dirname(path), specifier.replace(/\.ts$/, ".d.ts")));
    }
  };
  visit(join(entry));
  for (const path of filesIn(folder, ".")) {
    if (/\.d\.[cm]?ts$/.test(path) && !wanted.has(path)) rmSync(join(folder, path));
  }
}

/**
 * Returns the packages that a folder's JavaScript and declarations import, statically or dynamically, without what Node and the
 * Workers runtime provide.
 */
export function importedPackages(folder: string): ReadonlySet<string> {
  const code = filesIn(folder, ".").filter((path) => /\.(m?js|d\.ts)$/.test(path));
  const specifiers = code.flatMap((path) => listImports(readFileSync(join(folder, path), "utf8")));
  const bare = specifiers.filter((specifier) => !/^(\.|\/|node:|cloudflare:)/.test(specifier));
  return new Set(bare.map((specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")));
}

function listImports(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}
