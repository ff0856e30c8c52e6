import { describe, expect, it } from "vitest";
import { packedProvider } from "../../../src/lifecycle/packed-provider.ts";
import type { SegmentProvider } from "../../../src/lifecycle/segment-provider.ts";
import { packSegment, unpackSegment } from "../../../src/lifecycle/state/packed-segment.ts";
import { outputsOf } from "../../engine-units/fixture.ts";

const worker = { url: "https://seeder.example.workers.dev", name: "queue-seeder" };
const body = [{ body: '"a body"' }];

describe("the properties of a segment in the Pulumi state", () => {
  it("are those that Pulumi has to see, and two texts, from which nothing is lost", () => {
    const whole = { ...outputsOf("a"), deliveryNumber: 3, worker, inlineMessages: body, __provider: "the stub" };
    const packed = packSegment(whole);
    expect(Object.keys(packed).sort()).toEqual(
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
    expect(unpackSegment({ ...packed })).toEqual(whole);
  });

  it("have no body in the texts, which Pulumi does not encrypt", () => {
    const { terms, record } = packSegment({ ...outputsOf("a"), ...{ inlineMessages: body } });
    expect(`${terms}${record}`).not.toContain("a body");
  });

  it("have no record in inputs", () => {
    const { manifest, accountId, queueId } = outputsOf("a");
    const packed = packSegment({ manifest, accountId, queueId } as never);
    expect(packed).toEqual({ accountId, queueId, terms: '{"manifest":"a"}' });
  });

  it.each([[{ terms: "no JSON", record: "[1]" }], [{ terms: 1 }], [{}]])(
    "of another form have nothing that could be mistaken for a ledger: %j",
    (stored) => {
      expect(unpackSegment(stored)).toEqual({});
    },
  );

  it("pass a provider whole, without what only the run needs", async () => {
    const asked: unknown[] = [];
    const provider = packedProvider({
      async check(olds: object, { preview, folder, ...news }: { preview?: boolean; folder?: string }) {
        asked.push(olds, preview, folder);
        return { inputs: { ...news, digest: "counted" } };
      },
    } as unknown as SegmentProvider);
    const checked = await provider.check(
      { terms: '{"manifest":"old"}' },
      { queueId: "q1", terms: '{"manifest":"a"}', run: { preview: true, folder: "/somewhere" } },
    );
    expect(asked).toEqual([{ manifest: "old" }, true, "/somewhere"]);
    expect(checked).toEqual({ inputs: { queueId: "q1", terms: '{"manifest":"a","digest":"counted"}' } });
  });
});
