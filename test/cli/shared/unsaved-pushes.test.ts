import { join } from "node:path";
import { expect, it } from "vitest";
import { watchJournals } from "../../../src/cli/shared/unsaved-pushes.ts";
import { encodeKeys } from "../../../src/plan/index.ts";
import { fileJournals, type JournalHead, noEntries } from "../../../src/push/index.ts";
import { temporaryFolder } from "../../manifest/support/fixture.ts";
import { headOf } from "../../push/journal/journals.ts";

const digest = "v1:AAAAAAAAAAAAAAAAAAAAAA";
const key = (id: string) => encodeKeys([{ digest, id }]);
const place = (name: string, stack = "dev") =>
  `shop/${stack} urn:pulumi:${stack}::shop::pulumi-nodejs:dynamic:Segment::${name}`;

it("adds up what a stack's journals have and its state lacks, by manifest", async () => {
  using folder = temporaryFolder();
  const journals = fileJournals(join(folder.path, ".queue-seeder/journal"));
  const write = async (more: Partial<JournalHead>, pushed: readonly string[], sending: readonly string[] = []) => {
    const journal = await journals.begin(headOf(more), noEntries);
    await journal.recordSending([...pushed, ...sending].map((id, at) => ({ at, key: key(id) })));
    await journal.recordOutcome(
      "pushed",
      pushed.map((_, at) => at),
    );
    await journal.close();
  };
  const config = { project: "shop", values: new Map() };
  await write({ id: "before", resource: place("a/0") }, ["one"]);
  const watch = await watchJournals({ root: folder.path, stack: { full: "org/shop/dev", short: "dev" }, config }, {});
  await write({ id: "again", resource: place("a/1"), segment: 1 }, ["two", "three"], ["four"]);
  await write({ id: "saved", resource: place("b/0") }, ["five"]);
  await write({ id: "other", resource: place("a/0", "prod") }, ["six"]);
  expect(await watch.unsaved(new Set(["saved"]), async () => [])).toEqual(
    new Map([["a", { pushed: 2, arrived: 3, inDoubt: 1, inDoubtMessages: ["four"] }]]),
  );
});

it("finds nothing if no journal was ever written", async () => {
  using folder = temporaryFolder();
  const config = { project: "shop", values: new Map() };
  const watch = await watchJournals({ root: folder.path, stack: { full: "dev", short: "dev" }, config }, {});
  expect(await watch.unsaved(new Set(), async () => [])).toEqual(new Map());
});
