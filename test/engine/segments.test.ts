import { expect, it } from "vitest";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");

it("pushes a data file of several segments, then what was added to it", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nsource: { file: a.ndjson }\n", "a.ndjson": rows(5_150) },
  });
  const numbers = () => seeder.bodies("orders").map((body) => (body as { row: number }).row);
  succeeded(await seeder.stack.up());
  expect(numbers().sort((a, b) => a - b)).toEqual(Array.from({ length: 5_150 }, (_, row) => row));
  expect(seeder.stack.outputs()).toMatchObject({ manifests: { a: { messages: 5_150, pushed: 5_150, inDoubt: 0 } } });

  seeder.write("a.ndjson", rows(5_160));
  succeeded(await seeder.stack.up());
  expect(numbers().slice(5_150)).toEqual(Array.from({ length: 10 }, (_, more) => 5_150 + more));
});
