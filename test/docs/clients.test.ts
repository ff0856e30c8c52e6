import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecords, withClients } from "../../scripts/docs/clients.ts";
import { callsByRoute } from "../../src/emulator/api/routes.ts";

const repository = join(import.meta.dirname, "../..");
const page = readFileSync(join(repository, "docs/emulator.md"), "utf8");
const records = readRecords(repository);

test("the page matches what the contract tests recorded of clients: `npm run docs` makes it", () => {
  expect(withClients(page, records)).toBe(page);
});

test("a changed record changes the page, and a page without its place is refused", () => {
  const [first, ...others] = records;
  if (first === undefined) throw new Error("there is no record");
  const changed = { ...first, calls: { worked: 9_999, refused: 8_888, wrong: 7_777 }, routes: { push: ["413 10204"] } };
  const made = withClients(page, [changed, ...others]);
  expect(made).toContain(`| ${first.client} | 9999 | 8888 | 7777 |`);
  expect(() => withClients("words", records)).toThrow("no place for the clients");
});

test("the record has no error, and each client's versions are those that are tested", () => {
  expect(records.map(({ client }) => client.replace(/ [\d.]+$/, ""))).toEqual([
    "@distilled.cloud/cloudflare",
    "alchemy",
    "cloudflare for Go",
    "cloudflare for Python",
    "cloudflare for TypeScript",
    "wrangler",
  ]);
  expect(records.filter(({ calls }) => calls.wrong > 0)).toEqual([]);
  for (const { routes } of records)
    expect(Object.keys(routes).every((name) => callsByRoute.has(name as never))).toBe(true);
});
