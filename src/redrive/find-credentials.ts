import { createProblem, detectCredentials, type Problem } from "../manifest/index.ts";
import type { JsonValue, SourceLocation } from "../types.ts";
import type { Row } from "./row.ts";

/**
 * Detects credentials in the bodies of rows, since an export is meant for a pull request.
 *
 * @param placeOf returns the location of a row
 */
export function findRowCredentials(rows: readonly Row[], placeOf: (row: Row) => SourceLocation): readonly Problem[] {
  return rows.flatMap((row) => {
    const found: Problem[] = [];
    const body: JsonValue = row.value ?? JSON.parse(row.line);
    const message = {
      id: undefined,
      body,
      contentType: "json",
      delaySeconds: undefined,
      location: placeOf(row),
    } as const;
    detectCredentials(message, (code, _path, _snippet, what) => {
      found.push(
        createProblem(code, message.location, what, "Do not commit it: revoke it, or keep this export out of Git."),
      );
    });
    return found;
  });
}
