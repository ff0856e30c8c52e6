import { expect, it } from "vitest";
import { formatNames } from "../../../src/manifest/schema/formats.ts";
import { problemsOfBodies, refusedBy } from "../support/schema.ts";

/** Valid and invalid values of each format; the contract tests run all vectors of the official suite. */
const vectors: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  "date-time": [
    ["2019-04-19T19:36:24Z", "1998-12-31T23:59:60Z"],
    ["2019-04-19 19:36:24 UTC", "2019-13-01T00:00:00Z"],
  ],
  date: [["2024-02-29"], ["2023-02-29", "2024-2-9"]],
  time: [
    ["12:00:00Z", "23:59:60Z"],
    ["12:00:00", "24:00:00Z"],
  ],
  duration: [
    ["P1Y2M3DT4H5M6S", "P4W"],
    ["P1Y2W", "PT", "1Y"],
  ],
  email: [["a.b@example.org"], ["a@", "ä@example.org"]],
  "idn-email": [
    ["ä@exämple.org", "실례@실례.테스트"],
    ["@exämple.org", "a@-b"],
  ],
  hostname: [
    ["example.org", "xn--bcher-kva.example"],
    ["-a.example", "bücher.example", "a..b"],
  ],
  "idn-hostname": [
    ["bücher.example", "실례.테스트"],
    ["-bücher.example", "〮실례.테스트"],
  ],
  ipv4: [["192.168.0.1"], ["256.1.1.1", "1.2.3", "01.2.3.4"]],
  ipv6: [
    ["::1", "2001:db8::ff00:42:8329"],
    ["1::2::3", "12345::"],
  ],
  uri: [
    ["https://example.org/a?b#c", "urn:isbn:0451450523"],
    ["/a", "https://example.org/ä"],
  ],
  "uri-reference": [
    ["/a", "#b", "../c"],
    ["\\\\a", "ä"],
  ],
  iri: [
    ["https://example.org/ä", "urn:isbn:0451450523"],
    ["/ä", "https://exam ple.org"],
  ],
  "iri-reference": [["/ä", "#ö"], ["\\\\ä"]],
  "uri-template": [["https://example.org/{id}{?q*}"], ["https://example.org/{id"]],
  uuid: [["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000"]],
  "json-pointer": [
    ["", "/a~1b/0"],
    ["a", "/a~2"],
  ],
  "relative-json-pointer": [
    ["0", "1/a", "0#"],
    ["/a", "-1"],
  ],
  regex: [["^[a-z]+$"], ["^(a"]],
  "json-pointer-uri-fragment": [["#/a"], ["/a"]],
  "iso-time": [["12:00:00"], ["25:00:00"]],
  "iso-date-time": [["2019-04-19 19:36:24"], ["2019-04-19"]],
  url: [["https://example.org/"], ["example"]],
  byte: [["YQ=="], ["YQ=", "ä"]],
};

const numbers: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  int8: [
    ["-128", "127"],
    ["128", "-129", "0.5"],
  ],
  int16: [
    ["-32768", "32767"],
    ["32768", "-32769"],
  ],
  int32: [
    ["-2147483648", "2147483647"],
    ["2147483648", "-2147483649", "1.5"],
  ],
  int64: [
    ["9223372036854775000", "-9223372036854775000"],
    ["9223372036854776000", "-9223372036854776000", "0.1"],
  ],
  uint8: [
    ["0", "255"],
    ["-1", "256"],
  ],
  uint16: [
    ["0", "65535"],
    ["-1", "65536"],
  ],
  uint32: [
    ["0", "4294967295"],
    ["-1", "4294967296"],
  ],
  uint64: [
    ["0", "18446744073709550000"],
    ["-1", "18446744073709552000"],
  ],
};

/** Formats that only annotate a value, without a constraint. */
const notes = ["float", "double", "decimal", "password", "binary"];

it("has test vectors for every format", () => {
  expect([...Object.keys(vectors), ...Object.keys(numbers), ...notes].sort()).toEqual([...formatNames].sort());
});

it.each(Object.entries(vectors))("%s", async (format, [good, bad]) => {
  const bodies = [...good, ...bad].map((text) => JSON.stringify(text));
  const refused = await refusedBy({ format }, ...bodies, "5", "null");
  expect(refused).toEqual(bad.map((_, index) => good.length + index));
});

it.each(Object.entries(numbers))("%s", async (format, [good, bad]) => {
  const refused = await refusedBy({ format }, ...good, ...bad, '"x"');
  expect(refused).toEqual(bad.map((_, index) => good.length + index));
});

it.each(notes)("%s", async (format) => {
  expect(await refusedBy({ format }, '"x"', "5", "{}")).toEqual([]);
});

it("warns about an unknown format, and checks the rest", async () => {
  const schema = { type: "string", format: "uri-refrence", maxLength: 3 };
  expect(await problemsOfBodies({ "messages/s.json": schema }, "abc", "abcd")).toEqual([
    expect.stringMatching(/^messages\/a\.yaml:4:\d+ BODY_NOT_VALID: the body must NOT have more than 3 characters\./),
    'messages/s.json:3:3 BODY_SCHEMA_UNCHECKED: the format "uri-refrence" is unknown, so nothing checks it. Correct its spelling, or write a "pattern". Did you mean "uri-reference"?',
  ]);
});

it.each(["idn-email", "idn-hostname", "email", "hostname"])(
  "%s writes nothing, and ends soon for a long text",
  async (format) => {
    const written = await captured(() => refusedBy({ format }, JSON.stringify("ä.".repeat(20_000)), '"a@-ä.example"'));
    expect(written).toEqual({ lines: [], result: [0, 1] });
  },
);

async function captured<T>(run: () => Promise<T>): Promise<{ readonly lines: readonly unknown[]; readonly result: T }> {
  const { log, error } = console;
  const lines: unknown[] = [];
  console.log = console.error = (line: unknown) => lines.push(line);
  try {
    return { lines, result: await run() };
  } finally {
    Object.assign(console, { log, error });
  }
}
