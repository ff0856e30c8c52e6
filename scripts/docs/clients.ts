import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { callsByRoute } from "../../src/emulator/api/routes.ts";
import type { ClientRecord } from "../../test/contract/record.ts";

const begin = "<!-- made from test/contract/clients by `npm run docs` -->";
const end = "<!-- end of what is made -->";

/** Reads what the contract tests recorded for each client, sorted by name. */
export function readRecords(repository: string): ClientRecord[] {
  const folder = join(repository, "test/contract/clients");
  const records = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as ClientRecord,
  );
  return records.sort((a, b) => (a.client.toLowerCase() < b.client.toLowerCase() ? -1 : 1));
}

/**
 * Returns the page with newly generated tables.
 *
 * @throws Error if the page lacks the two comments that enclose the tables
 */
export function withClients(page: string, records: readonly ClientRecord[]): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The page has no place for the clients: add ${begin} and ${end}.`);
  return `${page.slice(0, from)}${begin}\n\n${clientTable(records)}\n\n${callTable(records)}\n\n${page.slice(to)}`;
}

function clientTable(records: readonly ClientRecord[]): string {
  const rows = records.map(({ client, calls: { worked, refused, wrong } }) => [client, worked, refused, wrong]);
  return table(["client", "calls that worked", "rightly refused", "wrong"], rows);
}

/** Builds one row per API call: which clients made it successfully, and the other answers they got. */
function callTable(records: readonly ClientRecord[]): string {
  const rows = [...callsByRoute].map(([route, call]) => {
    const answers = records.map(({ routes }) => routes[route] ?? []);
    const refusals = [...new Set(answers.flat())].filter((answer) => answer !== "200").sort();
    const cells = answers.map((all) => (all.includes("200") ? "✓" : ""));
    return [`\`${call.replaceAll("*", "{id}")}\``, ...cells, refusals.join(", ")];
  });
  return table(["call", ...records.map(({ client }) => shortName(client)), "refused with status and code"], rows);
}

/** Strips version and scope from a client's name. */
function shortName(client: string): string {
  return client
    .replace(/ [\d.]+$/, "")
    .replace(/^cloudflare for /, "")
    .replace(/^@(.+)\.cloud\/.*$/, "$1");
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`.replaceAll(/ {2}(?=\|)/g, " ");
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
