import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "./support/pages.ts";

/** One row of "The way of a message". */
interface Step {
  readonly step: string;
  readonly file: string;
  readonly functions: readonly string[];
  /** Names of the types of its input and output. */
  readonly types: readonly string[];
}

const page = readFileSync(join(repository, "docs/architecture.md"), "utf8");
const codeSpans = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");

/** Returns the cells of each row below a heading. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") || line.startsWith("|-"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const steps = tableOf("The way of a message").map(([step = "", , where = "", input = "", output = ""]): Step => {
  const [file = "", ...functions] = codeSpans(where);
  return { step, file, functions, types: [...codeSpans(input), ...codeSpans(output)] };
});

describe("the table of a message's way", () => {
  it("has a row from the program to the report", () => {
    expect(steps.length).toBeGreaterThan(15);
    expect(steps.map(({ functions }) => functions.length)).not.toContain(0);
  });

  it.each(steps)("$file defines what the row names: $step", ({ file, functions, types }) => {
    const source = readFileSync(join(repository, file), "utf8");
    for (const name of functions)
      expect(source).toMatch(new RegExp(`^export .*(?:function\\*?|class|const) ${name}\\b`, "m"));
    for (const name of types) expect(source).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe("the table of parts", () => {
  const parts = tableOf("The parts").map(([part = ""]) => codeSpans(part)[0] ?? "");

  it("names only folders that exist", () => {
    const folders = parts.filter((part) => part.endsWith("/"));
    expect(folders.filter((folder) => !existsSync(join(repository, folder)))).toEqual([]);
  });

  it("names every folder of src", () => {
    const folders = readdirSync(join(repository, "src")).filter((name) =>
      statSync(join(repository, "src", name)).isDirectory(),
    );
    expect(folders.filter((name) => !parts.includes(`src/${name}/`))).toEqual([]);
  });
});
