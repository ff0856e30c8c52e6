import { join } from "node:path";
import { expect, it } from "vitest";
import { toSegmentSnapshot } from "../../../../src/cli/shared/deployment/segment-snapshots.ts";
import type { SegmentInputs } from "../../../../src/lifecycle/state/segment.ts";
import { fileJournals, noEntries } from "../../../../src/push/index.ts";
import { temporaryFolder } from "../../../manifest/support/fixture.ts";
import { headOf, site } from "../../../push/journal/journals.ts";

const digest = "v1:AAAAAAAAAAAAAAAAAAAAAA";

it.each([".", "..", "../.."])(
  "finds the journals of a repository whose program runs so far below it: %s",
  async (root) => {
    using folder = temporaryFolder();
    const journal = await fileJournals(join(folder.path, ".queue-seeder/journal")).begin(headOf(), noEntries);
    await journal.recordSending([{ at: 0, key: digest }]);
    await journal.close();
    const inputs: SegmentInputs = {
      ...site.queue,
      stack: "dev",
      project: "shop",
      root,
      manifest: "a",
      file: "messages/a.yaml",
      queue: "orders",
      mode: "once",
      inDoubtPolicy: "resend",
      segment: site.segment,
      messages: 1,
      bytes: 1,
      digest,
      content: { kind: "messages", keys: digest },
      deployment: "the first",
      resourceUrn: "urn:a/0",
    };
    const facts = { root: folder.path, config: { values: new Map() } } as unknown as Parameters<
      typeof toSegmentSnapshot
    >[3];
    const left = await toSegmentSnapshot(inputs, undefined, undefined, facts).unrecordedJournals({});
    expect(left.map(({ inDoubt }) => inDoubt)).toEqual([[digest]]);
  },
);
