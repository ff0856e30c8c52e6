import type { Draw } from "./draw.ts";

/** Draws text that is JSON, or nearly JSON. */
export function edge(draw: Draw): string {
  const depth = draw.below(draw.one([5, 100, 12_000]));
  return draw.one<() => string>([
    () => "null",
    () => String(draw.number()),
    () =>
      draw.one(["-0", "1e999", "-1E+2", "0.1e-400", "123456789012345678901234567890", "01", "+1", ".5", "NaN", "0x1"]),
    () => `"${"ä\\u0000😀\\n\\\\".repeat(draw.below(20))}"`,
    () => draw.one(['"\\ud800"', '"\\udc00\\ud800"', '"\\\\ud800"', '"\\x"', '"\u0001"', '"tab\t"', '"open']),
    () => "[".repeat(depth) + "]".repeat(depth),
    () => "[".repeat(depth) + "]".repeat(draw.below(depth + 1)),
    () => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
    () => draw.one(['{"a":1,"a":2}', '{"__proto__":{"x":1}}', '{"constructor":1}', '{"":{}}', '{"1":1,"0":0}']),
    () => draw.one(["[1,]", "{,}", "[1 2]", "{a:1}", "tru", "/**/1", "[1]x", "undefined"]),
    () => JSON.stringify("x".repeat(draw.one([0, 1, 127_850, 127_950, 300_000]))),
  ])();
}

/** Draws a value for a field in which the call expects a number, a string or an object. */
export function field(draw: Draw): string {
  return draw.one([
    "1",
    "0",
    "-1",
    "1.5",
    "1e99",
    '"1"',
    '""',
    "null",
    "true",
    "[]",
    "{}",
    '[{"lease_id":"bm9uZQ"}]',
    edge(draw),
  ]);
}

/** Adds bytes before or after some bodies, such as a byte order mark. */
export function around(draw: Draw, text: string): Buffer {
  const bytes = Buffer.from(text);
  if (draw.chance(0.75)) return bytes;
  const [before, after] = draw.one<[number[], number[]]>([
    [[0xef, 0xbb, 0xbf], []],
    [
      [0x20, 0x0a, 0x09],
      [0x0d, 0x0a],
    ],
    [[], [0x00]],
    [[], [0xff]],
    [[0xff, 0xfe], []],
    [[], [0x7d]],
  ]);
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
}
