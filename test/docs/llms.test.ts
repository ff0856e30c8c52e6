import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./support/pages.ts";

const text = readFileSync(join(repository, "llms.txt"), "utf8");
const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = ""]) => path);

it("has links that lead to pages", () => {
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

it("names every page of the documentation", () => {
  const pages = readdirSync(join(repository, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  expect(pages.filter((name) => !links.includes(`docs/${name}`))).toEqual([]);
});
