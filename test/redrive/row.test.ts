import { expect, it } from "vitest";
import { toRow, unpushableRow } from "../../src/redrive/row.ts";

const message = (body: string, contentType: string | undefined = "json") => ({
  id: "m1",
  body,
  contentType,
  attempts: 3,
  timestampMs: 1_795_761_214_288,
});

it("writes JSON verbatim, on one line", () => {
  expect(toRow(message('{\r\n  "a": 1.50,\n  "b": "x\\ny" }\n'), false)).toEqual({
    id: "m1",
    kind: "json",
    line: '{    "a": 1.50,   "b": "x\\ny" }',
    value: { a: 1.5, b: "x\ny" },
    why: undefined,
  });
});

it("writes a text as a JSON string", () => {
  const { kind, line } = toRow(message('say "hi"\n${stack}\u2028', "text"), false);
  expect([kind, JSON.parse(line), line.includes("\n")]).toEqual(["text", 'say "hi"\n${stack}\u2028', false]);
});

it("adds id, attempts and time if requested", () => {
  expect(toRow(message('{"a":1.50}'), true).line).toBe(
    '{"body":{"a":1.50},"id":"m1","attempts":3,"timestamp_ms":1795761214288}',
  );
});

it.each([
  ["12345678901234567890", "would be sent as 12345678901234567000"],
  ['{"a":1,"a":2}', 'duplicate key "a"'],
  ['{"__proto__":1}', "changes the prototype of objects"],
  ['"\\ud800"', "half of a surrogate pair"],
  ["-0", "would be sent as 0"],
  [`${"[".repeat(200)}1${"]".repeat(200)}`, "nested more than"],
  [`"${"x".repeat(127_900)}"`, "127902 bytes"],
])("keeps %.20s… in a separate file, complete, with a note", (json, why) => {
  const row = toRow(message(json), false);
  expect(row).toMatchObject({ kind: "unpushable", value: undefined, why: expect.stringContaining(why) });
  expect(JSON.parse(row.line)).toEqual({
    id: "m1",
    content_type: "json",
    note: row.why,
    attempts: 3,
    timestamp_ms: 1_795_761_214_288,
    body: json,
  });
});

it("keeps bytes as base64 with a note", () => {
  const row = toRow(message("AP8=", "bytes"), true);
  expect(row.kind).toBe("unpushable");
  expect(JSON.parse(row.line)).toMatchObject({ content_type: "bytes", body_base64: "AP8=", note: row.why });
});

it("accepts the largest body that a manifest pushes, as text and as JSON", () => {
  expect(toRow(message("x".repeat(127_900), "text"), false).kind).toBe("text");
  expect(toRow(message("x".repeat(127_901), "text"), false).kind).toBe("unpushable");
  expect(toRow(message(`"${"x".repeat(127_898)}"`), false).kind).toBe("json");
});

it("keeps a body in a separate file if metadata would nest it too deeply", () => {
  const deepest = (depth: number) => message(`${"[".repeat(depth)}${"]".repeat(depth)}`);
  const depth = [...Array(200).keys()].findLast((each) => each > 0 && toRow(deepest(each), false).kind === "json") ?? 0;
  expect(depth).toBeGreaterThan(50);
  expect(toRow(deepest(depth), true).kind).toBe("unpushable");
  expect(toRow(deepest(depth - 1), true).kind).toBe("json");
});

it("keeps a message of any type in a separate file for a reason of the queue", () => {
  expect(JSON.parse(unpushableRow(message('{"a":1}'), "because").line)).toMatchObject({
    note: "because",
    body: '{"a":1}',
  });
  expect(JSON.parse(unpushableRow(message("AP8=", "bytes"), "because").line)).toMatchObject({ body_base64: "AP8=" });
});
