import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const long = "x".repeat(1_500);
const row = (n: number, name = `a${n}`) => `{"n":${n},"name":"${name}","long":"${long}"}\n`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n)).join("");
const debugging = { NODE_DEBUG: "queue-seeder" };

const mapped = (more = "") => `queue: orders
env: [REGION]
push: on_change
source:
  file: mapped.ndjson
  map: { id: "\${row.n}", body: { n: "\${row.n}", region: "\${env.REGION}"${more} } }
`;

/** Returns what the run did with each data file. */
function readings(output: string): readonly string[] {
  // Pulumi shows a line of the program twice.
  const lines = new Set(output.match(/QUEUE-SEEDER \d+: data file: \w+ file=messages\/\S+/g));
  return [...lines].map((line) => line.replace(/^.*: (\w+) file=messages\/(\S+)$/, "$2 $1")).sort();
}

it("parses only the data files that changed, and pushes exactly what changed", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "plain.yaml": "queue: orders\nsource: { file: plain.ndjson }\n",
      "plain.ndjson": rows(200),
      "mapped.yaml": mapped(),
      "mapped.ndjson": rows(200),
      "table.yaml": "queue: orders\nsource: { file: table.csv.gz, types: { n: integer } }\n",
      "checked.yaml": "queue: orders\nbody_schema: order.json\nsource: { file: checked.ndjson }\n",
      "checked.ndjson": rows(200),
      "order.json": '{ "properties": { "n": { "maximum": 199 } } }',
    },
  });
  const { stack } = seeder;
  const table = (note: string) =>
    gzipSync(`n,long\n1,${note}\n${[2, 3, 4, 5].map((n) => `${n},${"y".repeat(90_000)}\n`).join("")}`, { level: 0 });
  const file = (name: string, bytes: Buffer) => stack.write(`messages/${name}`, bytes as unknown as string);
  file("table.csv.gz", table("one"));
  const bodies = () => seeder.bodies("orders");
  const up = async (env: Readonly<Record<string, string>> = { REGION: "eu" }, preview = false) =>
    outputOf(succeeded(await stack.up({ env: { ...env, ...debugging }, preview })));
  const all = ["checked.ndjson", "mapped.ndjson", "plain.ndjson", "table.csv.gz"];
  const except = (...changed: readonly string[]) =>
    all.map((name) => `${name} ${changed.includes(name) ? "parsed" : "unchanged"}`);

  expect(readings(await up())).toEqual(except(...all));
  expect(bodies()).toHaveLength(605);

  // Nothing changed: preview, run, plan and status all recognize the files, and nothing is pushed.
  expect(readings(await up({ REGION: "eu" }, true))).toEqual([...except(), ...except()].sort());
  for (const command of ["plan", "status"]) {
    const flags = ["--stack", "test", ...(command === "plan" ? ["--no-preview"] : [])];
    const { stderr, stdout, code } = await cli(stack.project, [command, ...flags], { REGION: "eu", ...debugging });
    expect([code, readings(stderr)], stdout + stderr).toEqual([0, except()]);
    if (command === "plan") expect(stdout).toContain("Total: nothing to push.");
  }
  expect(bodies()).toHaveLength(605);

  // A byte that is white space is read, and changes no message. A row more is one message. The value of a variable changes every
  // message of the map.
  stack.write("messages/checked.ndjson", `${rows(199)}${row(199).replace('{"n"', '{ "n"')}`);
  stack.write("messages/plain.ndjson", rows(201));
  expect(readings(await up({ REGION: "us" }))).toEqual(except("checked.ndjson", "plain.ndjson", "mapped.ndjson"));
  const added = bodies().slice(605);
  expect(added.filter((body) => "name" in Object(body))).toEqual([JSON.parse(row(200))]);
  expect(added.filter((body) => "region" in Object(body))).toEqual(
    Array.from({ length: 200 }, (_, n) => ({ n, region: "us" })),
  );
  expect(added).toHaveLength(201);

  const short = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `{"n":${from + n},"text":"${"y".repeat(40)}"}\n`).join("");
  stack.write("messages/grown.yaml", "queue: orders\nsource: { file: grown.ndjson }\n");
  stack.write("messages/grown.ndjson", short(0, 5_500));
  stack.write("messages/mapped.yaml", mapped(', kind: "new"'));
  expect(readings(await up({ REGION: "us" }))).toEqual([...except("mapped.ndjson"), "grown.ndjson parsed"].sort());
  expect(
    bodies()
      .slice(806)
      .filter((body) => "kind" in Object(body)),
  ).toEqual(Array.from({ length: 200 }, (_, n) => ({ n, region: "us", kind: "new" })));
  expect(bodies()).toHaveLength(6_506);

  // A stricter schema is applied to rows that were pushed before; nothing is pushed.
  stack.write("messages/order.json", '{ "properties": { "n": { "maximum": 100 } } }');
  const refused = await stack.up({ env: { REGION: "us" } });
  expect([refused.code, bodies().length]).toEqual([1, 6_506]);
  expect(outputOf(refused)).toContain("messages/checked.ndjson:102:");
  stack.write("messages/order.json", '{ "properties": { "n": { "maximum": 199 } } }');

  // An edited row of an append-only file is an error, also if the file keeps its size.
  file("table.csv.gz", table("two"));
  const edited = await stack.up({ env: { REGION: "us" } });
  expect(edited.code).not.toBe(0);
  expect(outputOf(edited)).toContain("DATA_FILE_EDITED");
  expect(bodies()).toHaveLength(6_506);
  file("table.csv.gz", table("one"));

  // If a file grew, a run only parses its rows from the last segment that was not full.
  stack.write("messages/grown.ndjson", short(0, 5_502));
  expect(readings(await up({ REGION: "us" }))).toEqual([...except(), "grown.ndjson appended"].sort());
  expect(stack.outputs()).toMatchObject({ manifests: { grown: { messages: 5_502, pushed: 5_502, inDoubt: 0 } } });
  expect(
    bodies()
      .filter((body) => "text" in Object(body))
      .map((body) => (body as { n: number }).n)
      .sort((a, b) => a - b),
  ).toEqual(Array.from({ length: 5_502 }, (_, n) => n));
});
