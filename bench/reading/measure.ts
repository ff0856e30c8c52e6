import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { judged, median, megabytes, ratio, table, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";

/** A way to read the same rows. */
interface Way {
  readonly name: string;
  /** The manifest, without its queue. */
  readonly manifest: string;
  readonly files: (rows: number) => Readonly<Record<string, string | Buffer>>;
}

const note = "a customer's remark, which is as long as remarks are; ".repeat(5);
const ndjson = (rows: number) =>
  Array.from(
    { length: rows },
    (_, n) => `{"order":${n},"customer":"c${n % 5_000}","state":"paid","note":"${note}"}\n`,
  ).join("");
const csv = (rows: number) =>
  `order,customer,state,note\n${Array.from({ length: rows }, (_, n) => `${n},c${n % 5_000},paid,"${note}"\n`).join("")}`;
const schema = JSON.stringify({
  type: "object",
  required: ["order", "customer"],
  properties: {
    order: { type: "integer" },
    customer: { type: "string" },
    state: { enum: ["paid"] },
    note: { type: "string" },
  },
  additionalProperties: false,
});

const plain: Way = {
  name: "NDJSON",
  manifest: "source: { file: rows.ndjson }\n",
  files: (rows) => ({ "rows.ndjson": ndjson(rows) }),
};

const ways: readonly Way[] = [
  {
    name: "NDJSON with a map",
    manifest:
      'source:\n  file: rows.ndjson\n  map: { id: "order-${row.order}", body: { order: "${row.order}", customer: "${row.customer}", state: "${row.state}", note: "${row.note}" } }\n',
    files: plain.files,
  },
  { name: "NDJSON with a body schema", manifest: `body_schema: schema.json\n${plain.manifest}`, files: plain.files },
  {
    name: "CSV",
    manifest: "source: { file: rows.csv, types: { order: integer } }\n",
    files: (rows) => ({ "rows.csv": csv(rows) }),
  },
  {
    name: "NDJSON in gzip",
    manifest: "source: { file: rows.ndjson.gz }\n",
    files: (rows) => ({ "rows.ndjson.gz": gzipSync(ndjson(rows), { level: 1 }) }),
  },
];

interface Reading {
  /** Processor time, in milliseconds. */
  readonly cpu: number;
  /** Peak memory, in megabytes. */
  readonly peak: number;
}

/** Measures the processor time to read, check, digest and segment the same rows in each form, in turn with plain NDJSON. */
export async function measureReading(rounds = 5, rows = 200_000): Promise<Section> {
  const plainRounds: Reading[] = [];
  const found = new Map(ways.map((way) => [way, [] as Reading[]]));
  using folders = new Folders([plain, ...ways], rows);
  for (let round = 0; round < rounds; round += 1) {
    plainRounds.push(read(folders.of(plain)));
    for (const way of ways) found.get(way)?.push(read(folders.of(way)));
  }
  const cpu = (all: readonly Reading[]) => all.map((each) => each.cpu);
  const cells = (name: string, all: readonly Reading[], judgement: readonly string[]) => [
    name,
    `${whole(median(cpu(all)))} ms`,
    ...judgement,
    megabytes(median(all.map(({ peak }) => peak))),
  ];
  return {
    name: "reading",
    title: "Reading a data file",
    text: [
      `Processor time to read, check, digest and segment ${whole(rows)} rows of 330 bytes, in a process of its own, without its start; alternating ` +
        `runs, medians of ${rounds} rounds.`,
      table(
        ["what", "processor", "compared with NDJSON", "aim", "", "peak memory"],
        [
          cells(plain.name, plainRounds, ["", "", ""]),
          ...ways.map((way) => {
            const all = found.get(way) ?? [];
            return cells(way.name, all, judged(ratio(cpu(all), cpu(plainRounds)), { most: 2 }, times));
          }),
        ],
      ),
    ].join("\n\n"),
  };
}

function read(folder: string): Reading {
  return JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, "read.ts"), folder], { encoding: "utf8" }),
  );
}

/** A repository for each way. */
class Folders implements Disposable {
  readonly #base = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-bench-")));
  readonly #folders = new Map<Way, string>();

  constructor(all: readonly Way[], rows: number) {
    for (const [index, way] of all.entries()) {
      const folder = join(this.#base, String(index));
      mkdirSync(join(folder, "messages"), { recursive: true });
      const files = { ...way.files(rows), "a.yaml": `queue: orders\n${way.manifest}`, "schema.json": schema };
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, "messages", name), content);
      this.#folders.set(way, folder);
    }
  }

  of(way: Way): string {
    return this.#folders.get(way) ?? "";
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}
