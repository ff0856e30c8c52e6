import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const source = (file: string, more = "") => `queue: orders\nsource:\n  file: ${file}\n${more}`;
const row = (name: string) => `{"x":"${name}"}\n`;
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

const table = `name,address.city,price,note
a,Rome,19.90,"one
two"
b,"Sankt ""Pölten""",1e3,"\r"
`;

it("pushes every row of a data file verbatim, and none of a file of another kind", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "frames.yaml": source("frames.ndjson.zst"),
      "members.yaml": source("members.ndjson.gz"),
      "blank.yaml": source("blank.csv", '  types: { n: "integer?" }\n'),
      "mapped.yaml": source(
        "mapped.ndjson",
        '  map: { id: "m-${row.n}", body: { to: "${row.to}", text: "no. ${row.n}", at: 1.5 } }\n',
      ),
      "table.yaml": source(
        "table.csv",
        `  types: { price: number }
  map:
    id: "\${row.name}"
    content_type: text
    body: "\${row.price} in \${row['address.city']}: \${row.note}"
`,
      ),
    },
  });
  const write = (file: string, bytes: string | Buffer) =>
    writeFileSync(join(seeder.stack.project.dir, "messages", file), bytes);
  const frames = Buffer.concat([skippable, zstdCompressSync(row("z1") + row("z2")), zstdCompressSync(""), skippable]);
  write("frames.ndjson.zst", Buffer.concat([frames, zstdCompressSync(row("z3"))]));
  write("members.ndjson.gz", Buffer.concat([gzipSync(row("g1")), Buffer.alloc(512), gzipSync(row("g2"))]));
  write("blank.csv", "n\n1\n\n3\n");
  write("mapped.ndjson", '{"n":1,"to":{"b":1,"a":"é"}}\n{"n":2,"to":{"b":[],"a":"x"}}\n{"n": 3.0,"to":null}\n');
  write("table.csv", table);
  succeeded(await seeder.stack.up());
  const bodies = seeder.bodies("orders").map((body) => JSON.stringify(body));
  expect(bodies.toSorted()).toEqual(
    [
      '{"x":"z1"}',
      '{"x":"z2"}',
      '{"x":"z3"}',
      '{"x":"g1"}',
      '{"x":"g2"}',
      '{"n":1}',
      '{"n":null}',
      '{"n":3}',
      '{"to":{"b":1,"a":"é"},"text":"no. 1","at":1.5}',
      '{"to":{"b":[],"a":"x"},"text":"no. 2","at":1.5}',
      '{"to":null,"text":"no. 3.0","at":1.5}',
      JSON.stringify("19.90 in Rome: one\ntwo"),
      JSON.stringify('1e3 in Sankt "Pölten": \r'),
    ].toSorted(),
  );

  // Other line endings do not change the file; one more frame is one more message.
  write("table.csv", table.replaceAll("\n", "\r\n"));
  write("frames.ndjson.zst", Buffer.concat([frames, zstdCompressSync(row("z3")), zstdCompressSync(row("z4"))]));
  succeeded(await seeder.stack.up());
  expect(seeder.bodies("orders").slice(13)).toEqual([{ x: "z4" }]);

  // A file that lost all its rows keeps its ledger.
  write("members.ndjson.gz", gzipSync(""));
  const emptied = await seeder.stack.up();
  expect([emptied.code, outputOf(emptied)]).toEqual([1, expect.stringContaining("DATA_FILE_EDITED")]);
  write("members.ndjson.gz", gzipSync(row("g1") + row("g2")));
  succeeded(await seeder.stack.up());
  expect(seeder.bodies("orders")).toHaveLength(14);

  // Git LFS pointers, trailing garbage and conflict markers are not pushed.
  write("blank.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
  write("frames.ndjson.zst", Buffer.concat([frames, Buffer.from("garbage")]));
  write("table.csv", `${table}<<<<<<< HEAD\nc,Oslo,1,x\n=======\nc,Bergen,1,x\n>>>>>>> other\n`);
  const refused = await seeder.stack.up();
  expect(refused.code).not.toBe(0);
  expect(outputOf(refused)).toContain("messages/blank.csv:1:1 FOREIGN_CONTENT: this is a Git LFS pointer");
  expect(outputOf(refused)).toContain(`the data at byte ${frames.length} is not a frame`);
  expect(outputOf(refused)).toContain("messages/table.csv:5:1 MERGE_CONFLICT");
  expect(seeder.bodies("orders")).toHaveLength(14);
});
