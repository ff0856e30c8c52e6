import { describe, expect, it } from "vitest";
import { readNdjson } from "../../../src/manifest/source/ndjson.ts";
import { loadFiles } from "../support/fixture.ts";
import { readText } from "./support/read.ts";

const problems = async (text: string) => (await readText(readNdjson, text)).problems;

describe("a line that is not JSON", () => {
  it.each([
    ['\uFEFF{"a":2}', 1, "a byte order mark (U+FEFF) is not allowed here"],
    ['{"a":\u00a01}', 6, "a no-break space (U+00A0) is not allowed here"],
    ['{"a":1}\u00a0', 8, "a no-break space (U+00A0) is not allowed here"],
    ['\u2003{"a":1}', 1, "the character U+2003 is not allowed here"],
    ['{"a":1\u200b}', 7, "a zero width space (U+200B) is not allowed here"],
    ['\u0000{"a":1}', 1, "a NUL character (U+0000) is not allowed here"],
    ['{"a":"x\u0000"}', 8, "a NUL character (U+0000) is not allowed in a text"],
    ['{"a":"x\ty"}', 8, "a tab is not allowed in a text"],
    ['\u001e{"a":1}', 1, "a record separator, as JSON text sequences have it (U+001E) is not allowed here"],
    ['{"a":1}\u001a', 8, "a DOS end-of-file character (U+001A) is not allowed here"],
    ['{"a": NaN}', 7, '"NaN" is not a JSON number'],
    ['{"a": [1, -Infinity]}', 11, '"-Infinity" is not a JSON number'],
    ['{"a":None}', 6, '"None" is not a JSON literal'],
    ['{"a":TRUE}', 6, '"TRUE" is not a JSON literal'],
    ['{"a":undefined}', 6, '"undefined" is not a JSON literal'],
    ["{'a':1}", 2, "' is not a quote in JSON"],
    ["{“a”:1}", 2, "“ is not a quote in JSON"],
    ["{a:1}", 2, '"a" has no quotes'],
    ['{"a":1,}', 7, "a trailing comma"],
    ['{"a":1},', 8, "a comma after the value"],
    ['{"a":1}}', 8, "unmatched }"],
    ['{"a":1}{"a":2}', 8, "there is more than one value"],
    ['{"a":01}', 6, "a JSON number cannot begin with a zero"],
    ['{"a":+1}', 6, '"+1" is not a valid JSON number'],
    ['{"a":.5}', 6, '".5" is not a valid JSON number'],
    ['{"a":0x1F}', 6, '"0x1F" is not a valid JSON number'],
    ['{"a":1_000}', 6, '"1_000" is not a valid JSON number'],
    ['{"a":1} // c', 9, "JSON has no comments"],
    ["# c", 1, "JSON has no comments"],
    ['{"a":1', 7, "a } is missing here"],
  ])("names what is wrong: %j", async (line, column, what) => {
    expect(await problems(`{"a":0}\n${line}\n{"a":3}\n`)).toEqual([
      expect.stringContaining(`2:${column} DATA_NOT_JSON: ${what}. `),
    ]);
  });
});

describe("JSON over several lines", () => {
  it.each([
    ['{\n  "a": 1\n}\n', 1, "jq -c"],
    ['{\r\n  "a": 1\r\n}\r\n', 1, "jq -c"],
    ['[\n  {"a": 1},\n  {"a": 2}\n]\n', 1, "format: json"],
    ["[\n1\n]\n", 1, "format: json"],
    ['{"a":1}\n{"b": {\n  "c": 1 } }\n', 2, "jq -c"],
    ['{ "a": 1,\n"b": 2 }\n', 1, "jq -c"],
    ['{\n\n  "a": 1\n}\n', 1, "jq -c"],
  ])("is recognized: %j", async (text, line, remedy) => {
    const found = await problems(text);
    expect(found).toEqual([
      expect.stringContaining(`${line}:1 DATA_NOT_JSON: this is one JSON value over several lines`),
    ]);
    expect(found[0]).toContain(remedy);
  });

  it("is not reported for a row that was cut", async () => {
    expect(await problems('{"a":1,"b":\n{"a":2}\n{"a":\n{"a":\n')).toEqual([
      "1:12 DATA_NOT_JSON: a value is missing here. Correct the JSON here.",
      "3:6 DATA_NOT_JSON: a value is missing here. Correct the JSON here.",
      "4:6 DATA_NOT_JSON: a value is missing here. Correct the JSON here.",
    ]);
  });
});

describe("a whole array on a line", () => {
  const warned = expect.stringMatching(/^1:1 ARRAY_ROW: the row is an array of 2 items, and becomes one message\. /);

  it.each([
    ['[{"a":1},{"a":2}]\n', [warned]],
    ['[{"a":1},{"a":2}]\n[{"a":3}]\n', [warned]],
    ["[1,2]\n", [warned]],
    ["[1,2]\n[3,4]\n", []],
    ['[]\n{"a":1}\n', []],
    ['{"a":[{"b":1}]}\n', []],
  ])("causes a warning if its items look like messages: %j", async (text, expected) => {
    expect(await problems(text)).toEqual(expected);
  });

  it("causes a warning until the manifest allows it, and is pushed anyway", async () => {
    const files = (comment: string) => ({
      "messages/a.yaml": `queue: orders\nsource:\n  file: rows.ndjson${comment}\n`,
      "messages/rows.ndjson": '[{"a":1},{"a":2}]\n',
    });
    const { problems: found, manifests } = await loadFiles(files(""));
    expect(found.map(({ code, location }) => `${location.file} ${code}`)).toEqual(["messages/rows.ndjson ARRAY_ROW"]);
    expect(manifests[0]?.content).toMatchObject({ size: { messages: 1, bytes: 17 } });
    expect((await loadFiles(files(" # queue-seeder: allow ARRAY_ROW"))).problems).toEqual([]);
  });
});
