import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** Returns the version in the package.json of the package that contains this file. */
export function version(): string {
  const path = findPackageJSON("..", import.meta.url);
  return path === undefined ? "unknown" : String(JSON.parse(readFileSync(path, "utf8")).version);
}
