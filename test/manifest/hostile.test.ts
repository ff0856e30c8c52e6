import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDiagnostic, type LoadResult, problemCodes } from "../../src/manifest/index.ts";
import { loadFiles } from "./support/fixture.ts";

const options = { stack: "dev", variables: { project: "p", config: { a: "1" }, secrets: ["s"], env: {} } };

/** Loads any files: they have to result in problems or manifests, and every problem has to be printable. */
async function survives(files: Readonly<Record<string, string | Uint8Array>>): Promise<LoadResult> {
  const result = await loadFiles(files, options);
  expect(result.problems.length + result.manifests.length + result.skipped.length).toBeGreaterThan(0);
  for (const found of result.problems) {
    expect(Object.keys(problemCodes)).toContain(found.code);
    expect(found.location.line).toBeGreaterThan(0);
    expect(found.location.column).toBeGreaterThan(0);
    expect(formatDiagnostic(found)).not.toMatch(/\p{Cc}/u);
  }
  return result;
}

const good = `# yaml-language-server: $schema=./manifest.schema.json
name: x
queue: orders
push: once
stacks: [dev, "review-*"]
requires: { consumer: true, max_backlog: 5 }
defaults: { content_type: json, delay_seconds: 5 }
messages:
  - id: order-\${index}
    for_each: [1, two, { three: 3 }]
    body: { order: &o "\${item}", again: *o, text: |
        lines
      , n: 1.5e3 }
  - body: "\${secret.s} \${stack}"
`;

/** Fragments that are significant in YAML or in manifests. */
const pieces = fc.constantFrom(
  ..."{}[]:,-?|>&*!%@`'\"#\\\n\t ~".split(""),
  ...[
    "---\n",
    "...\n",
    "<<: ",
    "__proto__: ",
    "constructor: ",
    "&a ",
    "*a",
    "!!binary ",
    "%YAML 1.1\n",
    "\r\n",
    "  ",
    "\ufeff",
  ],
  ...[
    "queue: q\n",
    "messages:\n",
    "- body: ",
    "source: { file: a.ndjson }\n",
    "for_each: 3\n",
    "after: [x]\n",
    "id: a\n",
  ],
  ...[
    "${",
    "$${",
    "${stack}",
    "${config.a}",
    "${secret.s}",
    "}",
    "1e999",
    "0x1F",
    "-0",
    ".nan",
    "null",
    "yes",
    "2026-01-01",
  ],
);

describe("hostile manifests", () => {
  it("of any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await survives({ "messages/a.yaml": bytes });
      }),
      { numRuns: 80 },
    );
  });

  it("of any syntax that YAML has", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 60 }), async (all) => {
        await survives({ "messages/a.yaml": all.join(""), "messages/a.ndjson": "1\n" });
      }),
      { numRuns: 120 },
    );
  });

  it("that were valid before one change", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length), fc.nat(20), pieces, async (at, cut, piece) => {
        await survives({ "messages/a.yaml": good.slice(0, at) + piece + good.slice(at + cut) });
      }),
      { numRuns: 120 },
    );
  });

  it("with keys that mean something in JavaScript, which stay keys or are refused", async () => {
    for (const key of ["constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "then"]) {
      const text = `queue: q\nmessages:\n  - body: { ${key}: 1, inner: { ${key}: "\${config.${key}}" } }\n`;
      const { problems } = await survives({ "messages/a.yaml": text });
      expect(problems.map(({ code }) => code)).toEqual(["VARIABLE_UNDEFINED"]);
      const unknown = await survives({ "messages/a.yaml": `${key}: 1\n` });
      expect(unknown.problems.map(({ code }) => code)).toContain("UNKNOWN_KEY");
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("hostile data files and schemas", () => {
  it.each(["ndjson", "csv", "json"])("of any bytes, as %s, compressed or not", async (format) => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(
          fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "1", "\n", "\r\n", "\\u", "\\ud800", " ", '"a":', "null"),
          {
            maxLength: 40,
          },
        )
        .map((all) => Buffer.from(all.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom("", ".gz", ".zst"), fc.boolean(), async (some, ending, packed) => {
        const file = `rows.${format}${ending}`;
        await survives({
          "messages/a.yaml": `queue: q\nsource: { file: ${file} }\n`,
          [`messages/${file}`]: packed && ending === ".gz" ? gzipSync(some) : some,
        });
      }),
      { numRuns: 50 },
    );
  });

  it("of any JSON for a schema", async () => {
    const keyword = fc.constantFrom(
      "type",
      "$ref",
      "$id",
      "$schema",
      "properties",
      "items",
      "enum",
      "pattern",
      "allOf",
      "not",
      "$defs",
      "format",
      "x",
    );
    const schema = fc.dictionary(
      keyword,
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("#", "#/x", "a.json", "object", "http://x/y", "[")),
    );
    await fc.assert(
      fc.asyncProperty(schema, async (value) => {
        await survives({
          "messages/a.yaml": "queue: q\nbody_schema: s.json\nmessages:\n  - body: { a: [1] }\n",
          "messages/s.json": JSON.stringify(value),
        });
      }),
      { numRuns: 60 },
    );
  });
});

/** Short texts that expand to a lot of data. Each is refused; it once took minutes, or all memory. */
describe("growth", () => {
  const body = (text: string) => `queue: q\nmessages:\n  - body: ${text}\n`;
  const many = (count: number, text: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => text(n)).join("");
  const long = "x".repeat(60_000);

  it.each([
    [
      "variables in one text",
      `queue: q\nmessages:\n  - for_each: [${long}]\n    body: ${"${item}".repeat(10_000)}\n`,
      "BODY_TOO_LARGE",
    ],
    [
      "variables that are a whole value",
      `queue: q\nmessages:\n  - for_each: [${long}]\n    body: [${'"${item}",'.repeat(10_000)}1]\n`,
      "BODY_TOO_LARGE",
    ],
    [
      "texts that aliases repeat",
      `queue: q\nmessages:\n  - body: &a ${long}\n  - body: [${"*a,".repeat(90)}1]\n`,
      "ALIAS_LIMIT",
    ],
    ["unknown keys", `${body("1")}${many(8_000, (n) => `k${n}: 1\n`)}`, "UNKNOWN_KEY"],
    ["broken messages", `queue: q\nmessages:\n${"  - { a: 1 }\n".repeat(8_000)}`, "MISSING_KEY"],
    ["unknown variables", body(`\n${many(8_000, (n) => `      k${n}: "\${x}"\n`)}`), "VARIABLE_UNKNOWN"],
    ["names to come after", `after: [${many(8_000, (n) => `n${n}, `)}]\n${body("1")}`, "VALUE_NOT_ALLOWED"],
    ["open brackets", "[".repeat(50_000), "NESTING_LIMIT"],
    ["a number of many digits", body("9".repeat(100_000)), "NUMBER_NOT_EXACT"],
    [
      "repetitions of a large body",
      `queue: q\nmessages:\n  - for_each: 100000\n    body: ${long}\n`,
      "TOO_MANY_MESSAGES",
    ],
  ])("%s", async (_, text, code) => {
    const { problems } = await survives({ "messages/a.yaml": text });
    expect(problems.map((found) => found.code)).toContain(code);
  });

  it.each(["eyJ-", "a.", "a://b:", "-----BEGIN ", "ghp_", "xoxb-", "a_"])(
    "a text that a search for credentials could scan again and again: %s",
    async (piece) => {
      const text = piece.repeat(Math.floor(120_000 / piece.length));
      await survives({ "messages/a.yaml": body(`{ password: ${JSON.stringify(text)} }`) });
    },
  );
});
