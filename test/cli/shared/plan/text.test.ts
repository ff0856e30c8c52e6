import { expect, it } from "vitest";
import { programNotes } from "../../../../src/cli/shared/plan/text.ts";
import { planOf } from "./fixture.ts";

it.each([
  ["incorrect passphrase", "incorrect passphrase"],
  ["error of a.yaml:3:5: it was edited.\n  Restore it.", "error of a.yaml:3:5: it was edited"],
  ["Running program failed:\nError: \u001b[2J", "Running program failed"],
  ["\u001b[2Jhidden", "\\u{1b}[2Jhidden"],
])("gives the first line of the reason why there was no preview: %j", (reason, shown) => {
  expect(programNotes(planOf([], { program: { kind: "files", reason } }))).toEqual([
    `Based on the repository's files only, because Pulumi's preview failed: ${shown}. Resources that only the program defines are missing.`,
  ]);
});

it("gives no reason if no preview was requested", () => {
  expect(programNotes(planOf([], { program: { kind: "files", reason: null } }))).toEqual([]);
});
