import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { repository } from "./docs/support/pages.ts";

/** Errors and links in comments that name nothing in the code, after a rename for example: `path:line: name`. */
function findStaleNames(files: Readonly<Record<string, string>>): readonly string[] {
  const identifiers = new Set<string>();
  const named: { readonly at: string; readonly name: string }[] = [];
  for (const [path, text] of Object.entries(files)) {
    const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
    for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
      const token = scanner.getTokenText();
      if (kind === ts.SyntaxKind.MultiLineCommentTrivia) {
        const line = text.slice(0, scanner.getTokenStart()).split("\n").length;
        named.push(...readNames(token).map((name) => ({ at: `${path}:${line}`, name })));
      } else for (const [word] of token.matchAll(/[\w$]+/g)) identifiers.add(word);
    }
  }
  return named.filter(({ name }) => !identifiers.has(name)).map(({ at, name }) => `${at}: ${name}`);
}

/** Returns the classes of errors after `@throws`, and the last part of each target of a link. */
function readNames(comment: string): readonly string[] {
  const errors = [...comment.matchAll(/@throws.*/g)].flatMap(([line]) => [
    ...line.matchAll(/(?<=@throws (?:an? )?)([A-Z]\w+)|\b([A-Z]\w*Error)\b/g),
  ]);
  const links = comment.matchAll(/\{@link (?:[\w.]*[.#])?(\w+)\}/g);
  return [...errors, ...links].map(([, first, second = ""]) => first ?? second);
}

it("has no comment that names an error or a link target that does not exist", () => {
  const paths = ["src", "infra"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|js|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(paths.length).toBeGreaterThan(500);
  const files = paths.map((path) => [path, readFileSync(join(repository, path), "utf8")] as const);
  expect(findStaleNames(Object.fromEntries(files))).toEqual([]);
});

it("finds an error and a link target that were renamed", () => {
  const code = "class AbortError extends Error { reason = 1; }\n";
  const comment =
    "/**\n * See {@link AbortError.reason}, {@link AbortError} and {@link oldName}.\n * @throws AbortError, or StopError if it is late\n */\n";
  expect(findStaleNames({ "a.ts": code, "b.ts": comment })).toEqual(["b.ts:1: StopError", "b.ts:1: oldName"]);
});
