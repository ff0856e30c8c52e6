import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./support/pages.ts";

/** Every text that users read or copy: pages, templates, help, and the code whose errors name a command. */
const files = [
  ...readdirSync(repository).filter((name) => name.endsWith(".md") || name === ".pre-commit-hooks.yaml"),
  ...["docs", "scripts", "src", "infra", ".github", "test/cli/usage"]
    .filter((folder) => existsSync(join(repository, folder)))
    .flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: "utf8", withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(md|ya?ml|sh|ts|cjs|mjs|js|json|jsonc|txt|html)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name).slice(repository.length).replace(/^\//, "")),
    ),
];

/**
 * Finds the commands that would download a package by the name queue-seeder, which anyone could publish, or by the name pulumi
 * without having it installed. What is installed from a file has a path before or behind the name.
 */
function downloads(text: string): readonly string[] {
  const names = "(?:@[\\w-]+/)?(?:queue-seeder|pulumi)(?![\\w/.-])";
  const runners = `(?<![\\w-])(?:npx|bunx|pnpx|pnpm dlx|yarn dlx|bun x|npm exec|npm x)(?: (?!--no(?:-install)? )-[\\w-]+)* ${names}`;
  const installs = `(?<![\\w-])(?:npm (?:i|install|add)|pnpm (?:i|add|install)|yarn (?:global )?add|bun (?:add|i|install))(?: -[\\w-]+)* (?:@[\\w-]+/)?queue-seeder(?![\\w/.-])`;
  return [...text.matchAll(new RegExp(`${runners}|${installs}`, "g"))].map(([found]) => found);
}

it("no text has a command that fetches an unclaimed name", () => {
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((path) =>
    downloads(readFileSync(join(repository, path), "utf8")).map((command) => `${path}: ${command}`),
  );
  expect(found).toEqual([]);
});

it.each([
  "npx queue-seeder init",
  "npx -y queue-seeder init",
  "npx --yes queue-seeder",
  "npx pulumi login",
  "npm install queue-seeder",
  "npm i -D queue-seeder",
  "pnpm add queue-seeder",
  "pnpm dlx queue-seeder",
  "yarn add queue-seeder",
  "bunx queue-seeder",
])("%s would be found", (command) => {
  expect(downloads(`Run \`${command}\`.`)).toHaveLength(1);
});

it.each([
  "npx --no-install queue-seeder init",
  "npx --no-install pulumi up",
  "pnpm exec queue-seeder init",
  "npm install ../queue-seeder/dist/queue-seeder-0.1.0.tgz",
  "npm install ../queue-seeder",
  "npm install queue-seeder-0.1.0.tgz",
])("%s fetches no package of that name", (command) => {
  expect(downloads(`Run \`${command}\`.`)).toEqual([]);
});
