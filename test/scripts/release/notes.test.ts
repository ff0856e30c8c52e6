import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assertTag, releaseNotes } from "../../../scripts/release/notes.ts";

const changelog = `# Changelog

## Unreleased

- later

## 1.1.0 (2026-11-27)

### Added

- this
- that

## [1.0.0]

- first
## 0.9.0
`;

it("extracts the section of the version, with its own headings", () => {
  expect(releaseNotes(changelog, "1.1.0")).toBe("### Added\n\n- this\n- that\n");
  expect(releaseNotes(changelog, "1.0.0")).toBe("- first\n");
  expect(releaseNotes(changelog.replaceAll("\n", "\r\n"), "1.0.0")).toBe("- first\n");
});

it.each([
  ["1.1", 'no section "## 1.1"'],
  ["2.0.0", 'no section "## 2.0.0"'],
  ["0.9.0", "is empty"],
])("refuses %s, which has nothing to publish", (version, message) => {
  expect(() => releaseNotes(changelog, version)).toThrow(message);
});

it("reads the changelog of this repository", () => {
  const own = readFileSync(join(import.meta.dirname, "../../../CHANGELOG.md"), "utf8");
  expect(releaseNotes(own, "Unreleased")).toContain("### ");
});

it("refuses a tag of another version", () => {
  expect(() => assertTag("v1.0.0", "1.0.0")).not.toThrow();
  for (const tag of ["1.0.0", "v1.0.1", "v1.0.0-rc.1"]) expect(() => assertTag(tag, "1.0.0")).toThrow("Tag v1.0.0.");
});
