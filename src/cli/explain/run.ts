import { readFileSync } from "node:fs";
import { join } from "node:path";
import { didYouMean } from "../../manifest/problem/did-you-mean.ts";
import { quote } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";

const page = join(import.meta.dirname, "../../../docs/problems.md");

/** Prints the entry of a problem. @returns the exit code @throws UsageError for an unknown code */
export function runExplain(code: string): number {
  const entries = parseEntries(readFileSync(page, "utf8"));
  const wanted = code.toUpperCase();
  const text = entries.get(wanted);
  if (text === undefined) {
    const near = didYouMean(wanted, [...entries.keys()]);
    throw new UsageError(`unknown problem code ${quote(code)}.${near} docs/problems.md lists all codes.`);
  }
  process.stdout.write(`${wanted}\n\n${text}\n`);
  return 0;
}

/** Returns the text of each entry of the page, by its code. An entry is a section, or a row of a table. */
export function parseEntries(markdown: string): ReadonlyMap<string, string> {
  const sections = markdown.split(/^(?=#{2,3} )/m).flatMap((section) => {
    const [, code = "", text = ""] = /^### ([A-Z][A-Z0-9_]+)\n(.*)$/s.exec(section) ?? [];
    return code === "" ? [] : [[code, text.trim()] as const];
  });
  const rows = [...markdown.matchAll(/^\| ([A-Z][A-Z0-9_]+(?:, [A-Z][A-Z0-9_]+)*) \| (.+) \| (.+) \|$/gm)].flatMap(
    ([, codes = "", what, remedy]) => codes.split(", ").map((code) => [code, `${what}\n\n${remedy}`] as const),
  );
  // A code with two entries has the same meaning in both.
  return new Map([...rows.reverse(), ...sections]);
}
