import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** Of the package that this file belongs to, wherever it was built to. */
export function version(): string {
  const path = findPackageJSON("..", import.meta.url);
  return path === undefined ? "unknown" : String(JSON.parse(readFileSync(path, "utf8")).version);
}
