/** Text that affects a terminal, a log, an annotation, Markdown and HTML if it is passed on unescaped. */
export const hostile =
  "x\u001b[31mRED\u0007\u009b1m\u0000\u007f\r\n::error::forged\n##[error]forged ##vso[task.complete]\u0085\u2028::warning::forged" +
  "\u2029\u202egnp\u2066\u200b\ufeff\u00ad\u3164\u2800\u00a0\u{e0041}\ue000\u180e\t|`~~~ @somebody <b onclick='x'>\"&";

/** Patterns that no output may match, repeated here so that a mistake in the code is detected. */
const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are looked for
  ["a control character", /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/],
  ["a separator of lines", /[\u2028\u2029]/],
  ["a character that turns the order", /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/],
  [
    "a character that is not seen",
    /\u00ad|\u034f|\u115f|\u180e|[\u200b-\u200d\u2060-\u2064]|\u2800|\u3164|\ufeff|[\u{e0000}-\u{e007f}]/u,
  ],
  ["another space", /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/],
  ["half a character, or a private one", /[\ud800-\udfff\ue000-\uf8ff]/u],
  ["a line that a pipeline obeys", /^\s*::[a-z]|##\[|##vso\[/m],
];

/** Returns what is wrong with an output. @param own matches the lines that are the output's own annotations */
export function wrongWith(output: string, own = /$^/): readonly string[] {
  const foreign = output
    .split("\n")
    .filter((line) => !own.test(line))
    .join("\n");
  return forbidden.flatMap(([what, pattern]) => {
    const found = pattern.exec(foreign);
    return found === null
      ? []
      : [`${what}: ${JSON.stringify(foreign.slice(Math.max(0, found.index - 30), found.index + 20))}`];
  });
}

/** Keys whose values are the project's own words, on which the output depends. */
const decisive = new Set([
  "kind",
  "code",
  "mode",
  "change",
  "inDoubtPolicy",
  "contentType",
  "severity",
  "origin",
  "result",
  "outcome",
  "cause",
  "ended",
  "at",
  "metricsAt",
]);

/** Prefixes every text of the data that may come from outside with hostile text. */
export function poisoned<Data>(data: Data, key = ""): Data {
  const changed = (value: unknown): unknown => {
    if (typeof value === "string") return decisive.has(key) ? value : `${hostile}${value}`;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, name)]));
  };
  return changed(data) as Data;
}

/** Escapes a text as JSON in ASCII, which YAML reads as well. */
export function escaped(text: string): string {
  const units = JSON.stringify(text.toWellFormed()).split("");
  return units.map((unit) => (unit > "~" ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit)).join("");
}
