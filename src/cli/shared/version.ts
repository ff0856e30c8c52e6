import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** Returns the version in the package.json of the package that contains this file. */
export function version(): string {
  return String(JSON.parse(readFileSync(ownPackageJson(), "utf8")).version);
}

/** Returns the absolute path of the folder of the package that contains this file, without links. */
export function ownFolder(): string {
  return dirname(ownPackageJson());
}

function ownPackageJson(): string {
  const path = findPackageJSON("..", import.meta.url);
  if (path === undefined) throw new Error("The package of queue-seeder has no package.json. Install it again.");
  return path;
}
