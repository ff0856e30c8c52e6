import { describe, expect, it } from "vitest";
import { findByName, findDeployedSegments } from "../../../src/cli/repair/deployed-segments.ts";
import { selectTargets } from "../../../src/cli/repair/select-targets.ts";
import type { RecordedSegment } from "../../../src/engine/read-state.ts";
import { loadSegments } from "../../../src/lifecycle/source/load-segments.ts";
import { outputsOf } from "../../engine-units/fixture.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";

const own = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Segment";
const nested = own.replace("::pulumi-nodejs", "::queue-seeder:index:MessageManifest$pulumi-nodejs");
const manifest = "queue: orders\nmessages: [{ body: 1 }]\n";
const rows = "queue: orders\nsource: { file: rows.ndjson }\n";

/** Returns a segment of queue-seeder's own program, or of a MessageManifest component. */
function recorded(name: string, segment = 0, component?: string): RecordedSegment {
  const full = `${component === undefined ? "" : `${component}/`}${name}/${segment}`;
  const origin = component === undefined ? "manifest" : "component";
  const urn = `${component === undefined ? own : nested}::${full}`;
  return { name: full, urn, manifest: name, origin, replaced: false, outputs: outputsOf(name, { segment }) };
}

/** A component whose messages the program passes as values. */
const values: RecordedSegment = { ...recorded("welcome"), origin: "values", urn: `${nested}::welcome/0` };

async function places(messages: Record<string, string>, ...segments: RecordedSegment[]) {
  using root = temporaryFolder();
  writeFiles(root.path, Object.fromEntries(Object.entries(messages).map(([path, text]) => [`messages/${path}`, text])));
  const loaded = await loadSegments({
    root: root.path,
    stack: "dev",
    variables: { project: "shop", config: {}, secrets: [], env: {} },
  });
  const state = { segments, sources: [], createdQueues: new Map(), deployments: new Map() };
  const snapshot = { stack: { full: "me/shop/dev", short: "dev" }, config: { project: "shop" }, loaded };
  return findDeployedSegments({ ...snapshot, state: { kind: "read", state } });
}

type Action = Parameters<typeof selectTargets>[0]["action"];

/** Returns the URNs that Pulumi is to target. The list of deployments contains the manifest `a`. */
async function targets(action: Action, name: string, ...of: Parameters<typeof places>): Promise<readonly string[]> {
  const all = await places(...of);
  return selectTargets({ action, messages: undefined }, findByName(name, all, "dev"), all, {
    deployments: new Map([["a", "d1"]]),
  });
}

async function segments(...of: Parameters<typeof targets>): Promise<readonly string[]> {
  return (await targets(...of)).filter((urn) => urn.includes("pulumi-nodejs:dynamic:Segment::"));
}

const long = { "a.yaml": rows, "rows.ndjson": Array.from({ length: 5_100 }, (_, n) => n).join("\n") };

describe("a repair targets", () => {
  it("only the manifest, and not one in a folder of the same name", async () => {
    const two = { "a.yaml": manifest, "a/b.yaml": manifest };
    expect(await segments("baseline", "a", two)).toEqual([`${own}::a/0`]);
    expect(await segments("forget", "a", two, recorded("a/b"))).toEqual([`${own}::a/0`]);
  });

  it("segments that have a ledger, unless it is a baseline", async () => {
    expect(await segments("settle_pushed", "a", long, recorded("a"))).toEqual([`${own}::a/0`]);
    expect(await segments("baseline", "a", long, recorded("a"))).toEqual([`${own}::a/0`, `${own}::a/1`]);
    // The provider reports that they have no ledger.
    expect(await segments("forget", "a", long)).toEqual([`${own}::a/0`, `${own}::a/1`]);
  });

  it("segments that the repository has, and former ones only if the repair accepts their removal", async () => {
    const short = { ...long, "rows.ndjson": "1\n" };
    const both = [recorded("a"), recorded("a", 1)];
    for (const action of ["forget", "baseline"] as const)
      expect(await segments(action, "a", short, ...both)).toEqual([`${own}::a/0`, `${own}::a/1`]);
    expect(await segments("settle_pushed", "a", short, ...both)).toEqual([`${own}::a/0`]);
    await expect(segments("forget", "a", {}, ...both)).rejects.toThrow(
      /^a has no messages in the repository\..*drops the entries in its ledger/,
    );
  });

  it("a renamed manifest under its current name, with the ledger of its former name", async () => {
    const moved = { "b.yaml": `moved_from: [older, a]\n${manifest}` };
    expect(await segments("forget", "b", moved, recorded("a"))).toEqual([`${own}::b/0`]);
    expect(await segments("forget", "b", moved, recorded("a", 0, "one"))).toEqual([`${nested}::one/b/0`]);
    await expect(segments("forget", "a", moved, recorded("a"))).rejects.toThrow(/no manifest "a"\. It has b\./);
  });

  it("one of the components that deploy a manifest, by the component's name if there are several", async () => {
    const one = recorded("a", 0, "one");
    const two = recorded("a", 0, "two");
    expect(await segments("forget", "a", {}, one)).toEqual([`${nested}::one/a/0`]);
    expect(await segments("forget", "a", { "a.yaml": manifest }, one)).toEqual([`${nested}::one/a/0`]);
    expect(await segments("forget", "two/a", {}, one, two)).toEqual([`${nested}::two/a/0`]);
    await expect(segments("forget", "a", {}, one, two)).rejects.toThrow(
      'dev has "a" 2 times, each with its own ledger. Name one of them: one/a, two/a.',
    );
    // The unqualified name is that of the segment of queue-seeder's own program.
    expect(await segments("forget", "a", { "a.yaml": manifest }, one, recorded("a"))).toEqual([`${own}::a/0`]);
  });

  it("nothing if a manifest and messages as values have the same name", async () => {
    expect(await segments("forget", "welcome", {}, values)).toEqual([`${nested}::welcome/0`]);
    await expect(segments("forget", "welcome", { "welcome.yaml": manifest }, values)).rejects.toThrow(
      /dev has "welcome" 2 times.*rename one of them/,
    );
  });

  it("the list of deployments too, if the Pulumi state does not contain the manifest", async () => {
    const two = { "a.yaml": manifest, "b.yaml": manifest };
    expect(await targets("forget", "a", two, recorded("a"))).toEqual([`${own}::a/0`]);
    const list = "urn:pulumi:*::*::pulumi-nodejs:dynamic:Deployments::deployments";
    expect(await targets("baseline", "b", two, recorded("a"))).toEqual([`${own}::b/0`, list]);
    expect(await targets("baseline", "b", two, recorded("a"), recorded("a", 1))).toEqual([`${own}::b/0`, list]);
    // The removed segment depends on the list, and would be deleted with it.
    expect(await targets("baseline", "b", two, recorded("gone"))).toEqual([`${own}::b/0`]);
    const moved = { "b.yaml": `moved_from: [a]\n${manifest}` };
    expect(await targets("forget", "b", moved, recorded("a"))).toEqual([`${own}::b/0`, list]);
  });
});
