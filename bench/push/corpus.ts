import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The same messages in the form that each contender needs. */
export interface Corpus extends Disposable {
  /** A repository with one manifest and its data file. */
  readonly root: string;
  /** The absolute path of the data file, which every contender reads. */
  readonly file: string;
  readonly bodies: readonly object[];
  /** The bodies of the requests, with a hundred messages in each. */
  readonly requests: readonly Buffer[];
}

/** @param filling characters of free text in each body, which is about 150 bytes longer */
export function makeCorpus(messages: number, filling: number): Corpus {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-bench-")));
  const words = "a customer's remark, which is as long as remarks are; "
    .repeat(Math.ceil(filling / 54))
    .slice(0, filling);
  const bodies = Array.from({ length: messages }, (_, index) => ({
    order: `order-${index}`,
    customer: { number: index % 5_000, region: index % 3 === 0 ? "eu-west" : "us-east" },
    cents: (index * 7_919) % 100_000,
    state: "paid",
    lines: [{ sku: `sku-${index % 977}`, count: 1 + (index % 4) }],
    note: words,
  }));
  mkdirSync(join(root, "messages"));
  writeFileSync(join(root, "messages/backfill.yaml"), "queue: orders\nsource: { file: backfill.ndjson }\n");
  const file = join(root, "messages/backfill.ndjson");
  writeFileSync(file, bodies.map((body) => `${JSON.stringify(body)}\n`).join(""));
  return {
    root,
    file,
    bodies,
    requests: hundreds(bodies).map((some) => Buffer.from(requestText(some))),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function hundreds<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / 100) }, (_, batch) =>
    items.slice(batch * 100, batch * 100 + 100),
  );
}

export function requestText(bodies: readonly object[]): string {
  return JSON.stringify({ messages: bodies.map((body) => ({ body, content_type: "json" })) });
}
