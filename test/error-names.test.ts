import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./docs/support/pages.ts";

const sources = ["src", "infra", "scripts"].flatMap((folder) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(repository, folder, name), "utf8")),
);

/** Returns the name of each class of errors in the code, and the `name` that its objects have. */
function errorClasses(): readonly (readonly [string, string])[] {
  return sources.flatMap((source) =>
    source.split(/^(?=(?:export )?class )/m).flatMap((text) => {
      const declared = /^(?:export )?class (\w+)(?:<[^>]*>)? extends \w*Error\b/.exec(text)?.[1];
      const name = /(?:override name|this\.name) = "(\w+)"/.exec(text)?.[1];
      return declared === undefined ? [] : [[declared, name ?? ""] as const];
    }),
  );
}

it("gives an error the name of its class, which is what Node and Pulumi print", () => {
  const found = errorClasses();
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter(([declared, name]) => declared !== name)).toEqual([]);
});
