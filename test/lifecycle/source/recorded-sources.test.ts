import { utimesSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadSegments } from "../../../src/lifecycle/source/load-segments.ts";
import { decodeSourceRecord, encodeSourceRecord } from "../../../src/plan/index.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { type Files, type Options, read } from "./support/read.ts";

const long = "x".repeat(90_000);
const row = (n: number) => `{"n":${n},"name":"a${n}","long":"${long}"}\n`;
const rows = row(1) + row(2) + row(3);
const csv = `n,name,long\n1,a1,${long}\n2,a2,${long}\n3,a3,${long}\n`;
const map = `  map:
    id: "\${stack}-\${row.n}"
    body: { name: "\${row.name}", region: "\${config.region}", home: "\${env.HOME_REGION}", at: "\${git.sha}" }
`;
const mapped = `queue: orders\nenv: [HOME_REGION]\nsource:\n  file: rows.ndjson\n${map}`;
const schema = (least: number) =>
  JSON.stringify({ allOf: [{ $ref: "parts.json" }], properties: { n: { minimum: least } } });
const parts = (type: string) => JSON.stringify({ properties: { name: { type } } });

const base: Files = { "messages/a.yaml": mapped, "messages/rows.ndjson": rows };
const variables = {
  project: "shop",
  config: { region: "eu", unused: "1" },
  secrets: [],
  env: { HOME_REGION: "north", OTHER: "1" },
  gitSha: () => "c0ffee",
};
const options: Options = { stack: "dev", variables };

const plain = (text: string): Files => ({ "messages/a.yaml": text, "messages/rows.ndjson": rows });
const compressed: Files = {
  "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson, compression: none }\n",
  "messages/rows.ndjson": rows,
};
const table: Files = { "messages/a.yaml": "queue: orders\nsource: { file: rows.csv }\n", "messages/rows.csv": csv };
const checked: Files = {
  "messages/a.yaml": "queue: orders\nbody_schema: ../schemas/order.json\nsource: { file: rows.ndjson }\n",
  "messages/rows.ndjson": rows,
  "schemas/order.json": schema(0),
  "schemas/parts.json": parts("string"),
};

interface Change {
  readonly files: Files;
  readonly options?: Options;
  readonly changed?: Files;
  readonly with?: Options;
}

/** Each changes one input that decides the messages, or their problems. */
const changes: Readonly<Record<string, Change>> = {
  "one byte of the file": { files: base, changed: { "messages/rows.ndjson": rows.replace("a2", "b2") } },
  "white space in the file": { files: base, changed: { "messages/rows.ndjson": rows.replace('{"n":2', '{ "n":2') } },
  "one more row": { files: base, changed: { "messages/rows.ndjson": rows + row(4) } },
  "one row less": { files: base, changed: { "messages/rows.ndjson": row(1) + row(2) + row(3).slice(0, -1) } },
  "the order of rows": { files: base, changed: { "messages/rows.ndjson": row(2) + row(1) + row(3) } },
  "the id in the map": { files: base, changed: { "messages/a.yaml": mapped.replace("-", "_") } },
  "the body in the map": { files: base, changed: { "messages/a.yaml": mapped.replace("home:", "house:") } },
  "a literal in the map": {
    files: base,
    changed: { "messages/a.yaml": mapped.replace("region:", "kind: 1, region:") },
  },
  "no map": { files: base, changed: { "messages/a.yaml": mapped.replace(map, "") } },
  "a delay in the map": { files: base, changed: { "messages/a.yaml": `${mapped}    delay_seconds: 5\n` } },
  "a content type in the map": {
    files: plain('queue: orders\nsource:\n  file: rows.ndjson\n  map: { body: "${row.name}" }\n'),
    changed: plain('queue: orders\nsource:\n  file: rows.ndjson\n  map: { body: "${row.name}", content_type: text }\n'),
  },
  "the value of a variable": { files: base, with: { variables: { ...variables, config: { region: "us" } } } },
  "the type of a variable": { files: base, with: { variables: { ...variables, config: { region: 1 } } } },
  "a list in a variable": {
    files: base,
    options: { stack: "dev", variables: { ...variables, config: { region: [1, 2] } } },
    with: { variables: { ...variables, config: { region: [2, 1] } } },
  },
  "an environment variable": { files: base, with: { variables: { ...variables, env: { HOME_REGION: "south" } } } },
  "the commit": { files: base, with: { variables: { ...variables, gitSha: () => "beef" } } },
  "the stack": { files: base, with: { stack: "prod" } },
  "the project": {
    files: plain('queue: orders\nsource:\n  file: rows.ndjson\n  map: { body: "${project} ${row.n}" }\n'),
    with: { variables: { ...variables, project: "other" } },
  },
  "the mode": { files: base, changed: { "messages/a.yaml": `push: on_change\n${mapped}` } },
  "the default delay": { files: base, changed: { "messages/a.yaml": `defaults: { delay_seconds: 7 }\n${mapped}` } },
  "a variable in the default delay": {
    files: plain('queue: orders\ndefaults: { delay_seconds: "${config.wait}" }\nsource: { file: rows.ndjson }\n'),
    options: { stack: "dev", variables: { ...variables, config: { wait: "5" } } },
    with: { variables: { ...variables, config: { wait: "6" } } },
  },
  "the default content type": {
    files: plain('queue: orders\nsource: { file: rows.ndjson, map: { body: "${row.name}" } }\n'),
    changed: plain(
      'queue: orders\ndefaults: { content_type: text }\nsource: { file: rows.ndjson, map: { body: "${row.name}" } }\n',
    ),
  },
  dedup_field: { files: base, changed: { "messages/a.yaml": `dedup_field: key\n${mapped}` } },
  "the name of dedup_field": {
    files: plain("queue: orders\ndedup_field: key\nsource: { file: rows.ndjson }\n"),
    changed: plain("queue: orders\ndedup_field: other\nsource: { file: rows.ndjson }\n"),
  },
  "the format": {
    files: plain("queue: orders\nsource: { file: rows.ndjson }\n"),
    changed: {
      "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson, format: csv, delimiter: '|' }\n",
      "messages/rows.ndjson": rows,
    },
  },
  "the compression": {
    files: compressed,
    changed: {
      "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson, compression: gzip }\n",
      "messages/rows.ndjson": rows,
    },
  },
  "the level of compression": {
    files: {
      "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson.gz }\n",
      "messages/rows.ndjson.gz": gzipSync(noise(600_000), { level: 0 }),
    },
    changed: { "messages/rows.ndjson.gz": gzipSync(noise(600_000), { level: 1 }) },
  },
  "the delimiter": {
    files: table,
    changed: { "messages/a.yaml": "queue: orders\nsource: { file: rows.csv, delimiter: ';' }\n" },
  },
  "the type of a column": {
    files: table,
    changed: { "messages/a.yaml": "queue: orders\nsource: { file: rows.csv, types: { n: integer } }\n" },
  },
  "the body schema": { files: checked, changed: { "schemas/order.json": schema(1) } },
  "a file that the schema refers to": { files: checked, changed: { "schemas/parts.json": parts("number") } },
  "another body schema": {
    files: { ...checked, "schemas/other.json": schema(0) },
    changed: {
      "messages/a.yaml": "queue: orders\nbody_schema: ../schemas/other.json\nsource: { file: rows.ndjson }\n",
    },
  },
  "no body schema": {
    files: checked,
    changed: { "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson }\n" },
  },
  "the body schema of the queue": {
    files: { ...checked, "messages/a.yaml": "queue: orders\nsource: { file: rows.ndjson }\n" },
    with: { bodySchemas: { orders: "schemas/order.json" } },
  },
  "a comment, which may silence a warning": { files: base, changed: { "messages/a.yaml": `# note\n${mapped}` } },
  "another data file": {
    files: { ...base, "messages/more.ndjson": row(7) + row(8) + row(9) },
    changed: { "messages/a.yaml": mapped.replace("rows.ndjson", "more.ndjson") },
  },
};

function noise(bytes: number): string {
  let text = "";
  for (let seed = 1; text.length < bytes; seed = (seed * 48_271) % 2_147_483_647) text += `{"n":${seed}}\n`;
  return text;
}

describe("a data file that was read before", () => {
  it.each(Object.entries(changes))("is parsed again after a change of %s", async (_, change) => {
    const first = { ...options, ...change.options };
    const before = await read(change.files, first, []);
    expect(before.segments).not.toEqual([]);
    const recorded = before.source === undefined ? [] : [before.source];
    expect(recorded).toHaveLength(1);
    expect(await read(change.files, first, recorded)).toEqual({ ...before, parsed: 0 });

    const files = { ...change.files, ...change.changed };
    const second = { ...first, ...change.with };
    const after = await read(files, second, recorded);
    const alone = await read(files, second, []);
    expect(after).toEqual(alone);
    expect(after.source?.digest).not.toBe(recorded[0]?.digest);
    expect(after.parsed > 0 || after.problems.length > 0).toBe(true);
  });

  it("is recognized after changes that do not affect its messages", async () => {
    const before = await read(base, options, []);
    const recorded = before.source === undefined ? [] : [before.source];
    const elsewhere = { "messages/deep/b.yaml": mapped, "messages/deep/rows.ndjson": rows };
    const other: Options = {
      ...options,
      inDoubt: "stop",
      queues: ["orders", "more"],
      variables: {
        ...variables,
        config: { region: "eu", unused: "2", more: [1] },
        secrets: ["token"],
        env: { HOME_REGION: "north", OTHER: "2" },
      },
    };
    for (const files of [base, elsewhere]) {
      const after = await read(files, other, recorded);
      const problems = before.problems.map((each) => each.replace("messages/a.yaml", Object.keys(files)[0] ?? ""));
      expect(after).toEqual({ ...before, problems, parsed: 0 });
    }
  });

  it("is not recognized by its time or its size", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": mapped, "messages/rows.ndjson": rows });
    const file = join(root.path, "messages/rows.ndjson");
    utimesSync(file, 1_000, 1_000);
    const first = await loadSegments({ root: root.path, ...options, recordedSources: async () => [] });
    const source = first.manifests[0] && first.sourceOf(first.manifests[0]);
    writeFiles(root.path, { "messages/rows.ndjson": rows.replace("a2", "b2") });
    utimesSync(file, 1_000, 1_000);
    const recordedSources = async () => (source === undefined ? [] : [source]);
    const second = await loadSegments({ root: root.path, ...options, recordedSources });
    expect(second.manifests[0] && second.sourceOf(second.manifests[0])).not.toEqual(source);
  });

  it("is parsed each time if it has a problem to report, or if a secret decides whether its bodies fit", async () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const suspicious = plain("queue: orders\nsource: { file: rows.ndjson }\n");
    const leaky = { ...suspicious, "messages/rows.ndjson": `${rows}{"token":"${token}"}\n` };
    const warned = await read(leaky, options, []);
    expect([warned.problems, warned.source]).toEqual([["CREDENTIAL_IN_BODY messages/rows.ndjson:4:1"], undefined]);

    const secret = plain('queue: orders\nsource:\n  file: rows.ndjson\n  map: { body: "${secret.token} ${row.n}" }\n');
    const filled = await read(secret, { ...options, variables: { ...variables, secrets: ["token"] } }, []);
    expect([filled.problems, filled.segments.length, filled.source]).toEqual([[], 1, undefined]);
  });

  it("is parsed each time if it is small", async () => {
    const small = await read({ ...base, "messages/rows.ndjson": '{"n":1,"name":"b"}\n' }, options, []);
    expect([small.parsed, small.source]).toEqual([1, undefined]);
  });
});

describe("the record of a data file in the Pulumi state", () => {
  it("is ignored if it is not in queue-seeder's format", async () => {
    const { source } = await read(base, options, []);
    if (source === undefined) throw new Error("the file has no record");
    const encoded = encodeSourceRecord(source);
    expect(decodeSourceRecord(encoded)).toEqual(source);
    const strange = [
      undefined,
      null,
      "",
      {},
      { ...encoded, digest: "md5:1" },
      { ...encoded, delivery: "x" },
      { ...encoded, segments: "" },
      { ...encoded, segments: [] },
      { ...encoded, segments: encoded.segments.replace(/^3/, "0") },
      { ...encoded, segments: `${encoded.segments}\n` },
      { ...encoded, segments: encoded.segments.replace("v1:", "v0:") },
      ...["", "1 2 3", "1 2 3 md5:1", `2 9 9 ${encoded.digest}`, `0 9 9 ${encoded.digest}`, 1].map((prefix) => ({
        ...encoded,
        prefix,
      })),
    ];
    expect(strange.map(decodeSourceRecord)).toEqual(strange.map(() => undefined));
  });
});

it("passes on the error of the recorded sources, and computes the file's digest without waiting for them", async () => {
  using root = temporaryFolder();
  writeFiles(root.path, base as Record<string, string>);
  const recordedSources = () => Promise.reject(new Error("the state is gone"));
  await expect(loadSegments({ root: root.path, ...options, recordedSources })).rejects.toThrow("the state is gone");
});
