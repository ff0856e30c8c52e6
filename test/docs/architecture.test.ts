import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
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

/** Returns the parameters and the result of an exported function, or of a method of an exported interface, `Interface.method`. */
function signatureOf(source: string, name: string): string {
  const [outer, method] = name.split(".");
  const found = ts
    .createSourceFile("", source, ts.ScriptTarget.Latest, true)
    .statements.flatMap((statement): (ts.FunctionDeclaration | ts.MethodSignature)[] => {
      const isExported = /^export\b/.test(statement.getText());
      if (!isExported || !(ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement))) return [];
      if (statement.name?.text !== outer) return [];
      if (ts.isFunctionDeclaration(statement)) return method === undefined ? [statement] : [];
      return statement.members.filter(ts.isMethodSignature).filter((member) => member.name.getText() === method);
    })[0];
  if (found === undefined) throw new Error(`${name} is not exported`);
  return `${found.parameters.map((each) => each.getText()).join(", ")} -> ${found.type?.getText() ?? ""}`;
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

  it.each(steps)("$file has a function of these types: $step", ({ file, functions: [name = ""], types }) => {
    const signature = signatureOf(readFileSync(join(repository, file), "utf8"), name);
    for (const type of types) expect(signature).toMatch(new RegExp(`\\b${type}\\b`));
  });

  it("would report a type in a function's body, and a function that is not exported", () => {
    expect(signatureOf("export function a(b: B): C { return d as D; }", "a")).toBe("b: B -> C");
    expect(signatureOf("export interface I { a(b: B): C }", "I.a")).toBe("b: B -> C");
    expect(() => signatureOf("function a(b: B): C {}", "a")).toThrow("a is not exported");
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
