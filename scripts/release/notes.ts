/**
 * Returns the notes of a version from the changelog: the text below its heading, up to the next one.
 *
 * @throws Error if the changelog has no such section, or an empty one
 */
export function releaseNotes(changelog: string, version: string): string {
  const lines = changelog.split(/\r?\n/);
  const isHeading = (line: string) => line.startsWith("## ");
  const start = lines.findIndex((line) => isHeading(line) && headingVersion(line) === version);
  if (start === -1)
    throw new Error(`CHANGELOG.md has no section "## ${version}". Rename "## Unreleased" before the tag.`);
  const length = lines.slice(start + 1).findIndex(isHeading);
  const notes = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join("\n");
  if (notes.trim() === "") throw new Error(`The section "## ${version}" of CHANGELOG.md is empty.`);
  return `${notes.trim()}\n`;
}

/** Reads the version of a heading such as `## 0.1.0`, `## [0.1.0]` or `## 0.1.0 (2026-11-27)`. */
function headingVersion(line: string): string {
  return line.replace(/^## \[?v?/, "").replace(/[\]\s].*$/, "");
}

/**
 * Checks that a tag is `v` and the version of package.json.
 *
 * @throws Error otherwise
 */
export function assertTag(tag: string, version: string): void {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but package.json has ${version}. Tag v${version}.`);
}
