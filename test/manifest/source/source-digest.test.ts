import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { digestSource, SourceDigest } from "../../../src/manifest/source/source-digest.ts";
import { temporaryFolder } from "../support/fixture.ts";

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, row) => `{"row":${row}}\n`).join(""));

function digestOf(part: Buffer): string {
  const digest = new SourceDigest("context");
  digest.add(part);
  return digest.digest();
}

it("digests a file and its prefixes, in the order of their ends, as if each were a file", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "rows.ndjson");
  writeFileSync(file, bytes);
  const chunk = 256 * 1024;
  const offsets = [bytes.length, chunk + 1, 7, chunk, 7, bytes.length + 1];
  const digests = await digestSource(file, "context", { offsets });
  const ends = [7, chunk, chunk + 1, bytes.length, bytes.length];
  expect(digests.map(({ offset }) => offset)).toEqual(ends);
  expect(digests.map((digest) => digest.digest())).toEqual(ends.map((end) => digestOf(bytes.subarray(0, end))));
});

it("returns nothing for a missing file, or if reading was stopped", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "rows.ndjson");
  expect(await digestSource(file, "context", {})).toEqual([]);
  writeFileSync(file, bytes);
  expect(await digestSource(file, "context", { stop: AbortSignal.abort() })).toEqual([]);
});
