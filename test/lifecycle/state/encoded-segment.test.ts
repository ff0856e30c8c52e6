import { describe, expect, it } from "vitest";
import { encodedProvider } from "../../../src/lifecycle/encoded-provider.ts";
import type { SegmentProvider } from "../../../src/lifecycle/segment-provider.ts";
import { decodeSegment, encodeSegment } from "../../../src/lifecycle/state/encoded-segment.ts";
import { outputsOf } from "../../engine-units/fixture.ts";

const worker = { url: "https://seeder.example.workers.dev", name: "queue-seeder" };
const metrics = { backlog_count: 3, backlog_bytes: 90, oldest_message_timestamp_ms: 1000 };
const body = [{ body: '"a body"' }];

describe("the properties of a segment in the Pulumi state", () => {
  it("are those that Pulumi needs, and two texts, without loss", () => {
    const whole = { ...outputsOf("a"), deliveryNumber: 3, worker, inlineMessages: body, __provider: "the stub" };
    const encoded = encodeSegment(whole);
    expect(Object.keys(encoded).sort()).toEqual(
      [
        "__provider",
        "accountId",
        "deliveryNumber",
        "deployment",
        "inlineMessages",
        "queueId",
        "record",
        "terms",
        "worker",
      ].sort(),
    );
    expect(decodeSegment({ ...encoded })).toEqual(whole);
  });

  it("have no body in the texts, which Pulumi does not encrypt", () => {
    const { terms, record } = encodeSegment({ ...outputsOf("a"), ...{ inlineMessages: body } });
    expect(`${terms}${record}`).not.toContain("a body");
  });

  it("have no record in inputs", () => {
    const { manifest, accountId, queueId } = outputsOf("a");
    const encoded = encodeSegment({ manifest, accountId, queueId } as never);
    expect(encoded).toEqual({ accountId, queueId, terms: '{"manifest":"a"}' });
  });

  it.each([[{ terms: "no JSON", record: "[1]" }], [{ terms: 1 }], [{}]])(
    "of another form contain nothing that could be mistaken for a ledger: %j",
    (stored) => {
      expect(decodeSegment(stored)).toEqual({});
    },
  );

  it("leave out what follows from the other values", () => {
    const resourceUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Segment::a/0";
    const {
      stack: _,
      project: __,
      messages: ___,
      bytes: ____,
      digest: _____,
      inDoubtPolicy: ______,
      file: _______,
      ...outputs
    } = outputsOf("a", { resourceUrn, metrics, metricsAt: "2026-08-01T10:00:01.000Z" });
    const encoded = encodeSegment(outputs);
    expect(encoded.terms).toBe('{"manifest":"a","queue":"orders","stack":"dev","project":"shop"}');
    expect(encoded.record).toContain('"metrics":[3,90,1000,"2026-08-01T10:00:01.000Z"]');
    expect(encoded.record).not.toContain('"inDoubt"');
    expect(decodeSegment({ ...encoded })).toEqual({ ...outputs, stack: "dev", project: "shop" });
  });

  it.each([
    ["a component's segment", { resourceUrn: "urn:pulumi:dev::shop::Component$pulumi-nodejs:dynamic:Segment::c/a/0" }],
    ["another manifest's URN", { resourceUrn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Segment::b/0" }],
    ["a later segment of a data file", { segment: 3, content: { kind: "rows", from: 5, rows: "v1:x", last: true } }],
    ["another mode, folder, and messages in doubt", { mode: "on_change", root: ".", inDoubt: 1 }],
    ["metrics without a time", { metrics }],
  ] as const)("keep everything else: %s", (_, more) => {
    const outputs = outputsOf("a", more);
    expect(decodeSegment({ ...encodeSegment(outputs) })).toEqual(outputs);
  });

  it("keep the mode in inputs, which policy packs read", () => {
    const { manifest, mode } = outputsOf("a");
    expect(encodeSegment({ manifest, mode } as never)).toEqual({ terms: '{"manifest":"a","mode":"once"}' });
  });

  it("are read also in the older form, which left nothing out", () => {
    const outputs = outputsOf("a", { resourceUrn: "urn", metrics, metricsAt: "2026-08-01T10:00:01.000Z" });
    const {
      version,
      lineage,
      ledger,
      runs,
      pushed,
      inDoubt,
      lastPush,
      metricsAt,
      accountId,
      queueId,
      deployment,
      ...terms
    } = outputs;
    const record = { version, lineage, ledger, runs, pushed, inDoubt, lastPush, metrics, metricsAt };
    const stored = { accountId, queueId, deployment, terms: JSON.stringify(terms), record: JSON.stringify(record) };
    expect(decodeSegment(stored)).toEqual(outputs);
  });
});

describe("a provider of encoded properties", () => {
  const asked = { queueId: "q1", terms: '{"manifest":"a","digest":"v1:planned"}' };
  const run = { preview: true, folder: "/somewhere" };
  const keys = "v1:AAAAAAAAAAAAAAAAAAAAAA";
  const content = { kind: "messages", keys };
  const rest = { root: "..", segment: 0, mode: "once" };
  const outs = outputsOf("a");

  function makeProvider(readKeys: () => Promise<string> = () => Promise.reject(new Error("read"))) {
    const seen: unknown[] = [];
    const see = (...args: unknown[]) => {
      seen.push(args.at(-1));
      return { id: "a/0", outs, changes: true };
    };
    const fake = {
      async check(olds: object, { preview, folder, ...news }: { preview?: boolean; folder?: string }) {
        seen.push(olds, preview, folder, news);
        return { inputs: news };
      },
      diff: async (...args: unknown[]) => see(...args),
      create: async (...args: unknown[]) => see(...args),
      update: async (...args: unknown[]) => see(...args),
    };
    return { seen, provider: encodedProvider(fake as unknown as SegmentProvider, readKeys) };
  }

  it("passes a provider whole inputs, without what only the run needs", async () => {
    const { seen, provider } = makeProvider();
    const checked = await provider.check({ terms: '{"manifest":"old"}' }, { ...asked, run });
    const news = { queueId: "q1", manifest: "a", digest: "v1:planned", content: { kind: "messages" }, ...rest };
    expect(seen).toEqual([{ manifest: "old", content: { kind: "messages" }, ...rest }, true, "/somewhere", news]);
    expect(checked.inputs).toEqual({ queueId: "q1", terms: '{"manifest":"a","digest":"v1:planned","mode":"once"}' });
  });

  it("passes the keys of messages to the calls after check, and not into the state", async () => {
    const { seen, provider } = makeProvider();
    const { inputs } = await provider.check({ terms: "{}" }, { ...asked, run: { ...run, keys } });
    expect(JSON.stringify(inputs)).not.toContain(keys);
    await provider.diff("a/0", outs, inputs);
    await provider.create(inputs);
    await provider.update("a/0", outs, inputs);
    expect(seen.slice(3)).toEqual(Array(4).fill(expect.objectContaining({ digest: "v1:planned", content })));
  });

  it("reads the keys from the repository, if check had none", async () => {
    const { seen, provider } = makeProvider(async () => keys);
    await provider.create(asked);
    expect(seen).toEqual([expect.objectContaining({ content })]);
  });

  it("finds no change in a refresh, which passes diff the inputs in the state, whatever the repository has", async () => {
    const { seen, provider } = makeProvider();
    expect(await provider.diff("a/0", outs, asked)).toEqual({ changes: false, replaces: [] });
    const edited = { ...asked, terms: '{"manifest":"a","digest":"v1:edited"}' };
    const { inputs } = await provider.check({ terms: "{}" }, { ...edited, run: { ...run, keys } });
    expect(await provider.diff("a/0", outs, asked)).toEqual({ changes: false, replaces: [] });
    expect(seen).toHaveLength(4);
    // The deployment.
    expect(await provider.diff("a/0", outs, edited)).toMatchObject({ changes: true });
    expect(seen.at(-1)).toMatchObject({ digest: "v1:edited", content });
    expect(inputs).toMatchObject({ terms: expect.stringContaining("v1:edited") });
  });

  it.each([
    ["rows of a data file", { content: { kind: "rows", from: 0, rows: "v1:old", last: true } }, {}],
    ["messages that a program passes", { content }, { inlineMessages: body }],
  ])("finds no change of %s in a refresh", async (_, more, separate) => {
    const { seen, provider } = makeProvider();
    const termsOf = (digest: string) => JSON.stringify({ manifest: "a", digest, ...more });
    const stored = { ...asked, ...separate, terms: termsOf("v1:old") };
    expect(await provider.diff("a/0", outs, stored)).toEqual({ changes: false, replaces: [] });
    const { inputs } = await provider.check({ terms: "{}" }, { ...stored, terms: termsOf("v1:new"), run });
    expect(await provider.diff("a/0", outs, stored)).toEqual({ changes: false, replaces: [] });
    expect(seen).toHaveLength(4);
    expect(await provider.diff("a/0", outs, inputs)).toMatchObject({ changes: true });
    expect(seen.at(-1)).toMatchObject({ digest: "v1:new" });
  });

  it("finds changes of what check planned, under the digest that check computed", async () => {
    const planned = { check: async (_: object, news: object) => ({ inputs: { ...news, digest: "v1:planned" } }) };
    const diff = async () => ({ changes: true, replaces: [] });
    const provider = encodedProvider({ ...planned, diff } as unknown as SegmentProvider, async () => keys);
    const values = { ...asked, inlineMessages: body, terms: JSON.stringify({ manifest: "a", digest: "", content }) };
    const { inputs } = await provider.check({ terms: "{}" }, { ...values, run });
    expect(await provider.diff("a/0", outs, inputs)).toMatchObject({ changes: true });
  });

  it("reads the keys for a diff of what check accepted without them", async () => {
    const { provider } = makeProvider();
    await provider.check({ terms: "{}" }, { ...asked, run });
    await expect(provider.diff("a/0", outs, asked)).rejects.toThrow("read");
  });

  it("keeps the keys of messages that the program passes", async () => {
    const { seen, provider } = makeProvider();
    const values = { ...asked, inlineMessages: body, terms: JSON.stringify({ manifest: "a", content }) };
    const { inputs } = await provider.check({ terms: "{}" }, { ...values, run });
    expect(inputs.terms).toContain(keys);
    await provider.create(inputs);
    expect(seen.at(-1)).toMatchObject({ content });
  });
});
