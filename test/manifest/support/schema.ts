import { formatDiagnostic } from "../../../src/manifest/index.ts";
import { loadFiles } from "./fixture.ts";

/** Files of a repository by path: strings verbatim, other values as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/**
 * Validates bodies against the schema in `messages/s.json`.
 *
 * @param bodies as written in a manifest, one per line from line 3 on
 * @returns the problems, one per line
 */
export async function problemsOfBodies(files: Files, ...bodies: readonly string[]): Promise<string[]> {
  const written = Object.entries(files).map(
    ([path, value]) => [path, typeof value === "string" ? value : JSON.stringify(value, null, 2)] as const,
  );
  const manifest = `{ queue: q, body_schema: s.json, messages: [\n${bodies.map((body) => `\n{ body: ${body} },`).join("")}\n] }\n`;
  const { problems } = await loadFiles({ ...Object.fromEntries(written), "messages/a.yaml": manifest });
  // Other warnings are about the manifest, such as equal bodies or unusual notations of numbers.
  const wanted = problems.filter(({ code, severity }) => severity === "error" || code === "BODY_SCHEMA_UNCHECKED");
  return wanted.map(formatDiagnostic);
}

/** Returns the 0-based indices of the bodies that a schema refuses. @throws Error on any other problem */
export async function refusedBy(schema: unknown, ...bodies: readonly string[]): Promise<number[]> {
  const lines = await problemsOfBodies({ "messages/s.json": schema }, ...bodies);
  return lines.map((line) => {
    const at = /^messages\/a\.yaml:(\d+):\d+ BODY_NOT_VALID: /.exec(line);
    if (at === null) throw new Error(line);
    return Number(at[1]) - 3;
  });
}

export const draft2020 = "https://json-schema.org/draft/2020-12/schema";
export const draft2019 = "https://json-schema.org/draft/2019-09/schema";
export const draft7 = "http://json-schema.org/draft-07/schema#";
