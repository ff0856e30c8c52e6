import { describe, expect, it } from "vitest";
import { isSelected, parseCondition, parseSince } from "../../src/redrive/filter.ts";

const message = (body: string, contentType = "json", timestampMs: number | undefined = 1_000) => ({
  id: "m1",
  body,
  contentType,
  attempts: 1,
  timestampMs,
});

function holds(condition: string, json: string, contentType = "json"): boolean {
  const parsed = parseCondition(condition);
  if (parsed === undefined) throw new Error("that is not a condition");
  return isSelected(message(json, contentType), { conditions: [parsed], sinceMs: undefined });
}

describe("a condition", () => {
  it.each([
    ["/state=failed", '{"state":"failed"}'],
    ['/state="failed"', '{"state":"failed"}'],
    ["/order/state=failed", '{"order":{"state":"failed"}}'],
    ["/items/1/id=7", '{"items":[{"id":6},{"id":7.0}]}'],
    ["/n=1e3", '{"n":1000}'],
    ["/n=null", '{"n":null}'],
    ["/n=true", '{"n":true}'],
    ['/n={"b":1,"a":[2]}', '{"n":{"a":[2],"b":1}}'],
    ["/a~1b/m~0n=1", '{"a/b":{"m~n":1}}'],
    ["/=1", '{"":1}'],
    ["/a=b=c", '{"a":"b=c"}'],
    ["/a=", '{"a":""}'],
    ["=7", "7"],
  ])("%s holds for %s", (condition, json) => {
    expect(holds(condition, json)).toBe(true);
  });

  it.each([
    ["/state=failed", '{"state":"Failed"}'],
    ["/state=failed", "{}"],
    ["/n=7", '{"n":"7"}'],
    ['/n="7"', '{"n":7}'],
    ["/items/01=1", '{"items":[0,1]}'],
    ["/items/-=1", '{"items":[1]}'],
    ["/items/length=1", '{"items":[1]}'],
    ["/toString=1", "{}"],
    ["/0=a", '"a"'],
  ])("%s does not hold for %s", (condition, json) => {
    expect(holds(condition, json)).toBe(false);
  });

  it("of the whole body also applies to texts, and no other does", () => {
    expect(holds("=plain words", "plain words", "text")).toBe(true);
    expect(holds("/a=1", '{"a":1}', "text")).toBe(false);
    expect(holds("=AP8=", "AP8=", "bytes")).toBe(false);
  });

  it.each(["state=failed", "/state", "", "/a~2=1", "#/a=1"])("is not written %j", (text) => {
    expect(parseCondition(text)).toBeUndefined();
  });

  it("has to hold together with every other", () => {
    const conditions = ["/a=1", "/b=2"].flatMap((text) => parseCondition(text) ?? []);
    expect(isSelected(message('{"a":1,"b":2}'), { conditions, sinceMs: undefined })).toBe(true);
    expect(isSelected(message('{"a":1,"b":3}'), { conditions, sinceMs: undefined })).toBe(false);
  });
});

describe("since", () => {
  const now = Date.UTC(2026, 10, 27, 12);
  it.each([
    ["2026-11-27", Date.UTC(2026, 10, 27)],
    ["2026-11-27T08:30Z", Date.UTC(2026, 10, 27, 8, 30)],
    ["2026-11-27T08:30:15.250+02:00", Date.UTC(2026, 10, 27, 6, 30, 15, 250)],
    ["30m", now - 1_800_000],
    ["24h", now - 86_400_000],
    ["7d", now - 7 * 86_400_000],
  ])("reads %s", (text, time) => {
    expect(parseSince(text, now)).toBe(time);
  });

  it.each(["yesterday", "2026-13-01", "2026-11-27T08:30", "24", "-1h", ""])("refuses %j", (text) => {
    expect(parseSince(text, now)).toBeUndefined();
  });

  it("selects messages that arrived then or later, and none without a time", () => {
    const selection = { conditions: [], sinceMs: 1_000 };
    expect(isSelected(message("1", "json", 1_000), selection)).toBe(true);
    expect(isSelected(message("1", "json", 999), selection)).toBe(false);
    expect(isSelected({ ...message("1"), timestampMs: undefined }, selection)).toBe(false);
  });
});
