import { existsSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Problem } from "../../manifest/index.ts";
import type { SourceLocation } from "../../types.ts";

/** Environment variables with the folder of the checkout, as set by the runners of GitHub and GitLab. */
const checkouts = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"] as const;

/**
 * Returns the prefix that turns a path in the project into a path in the whole repository, as CI systems expect it: `""`, or a
 * folder with a trailing slash.
 *
 * @param root the project's folder
 */
export function folderInCheckout(root: string, env: Readonly<Record<string, string | undefined>>): string {
  const checkout = checkouts.map((name) => env[name]).find((path) => path !== undefined && path !== "");
  if (checkout === undefined || !existsSync(checkout)) return "";
  const folder = relative(realpathSync(checkout), realpathSync(resolve(root)))
    .split(sep)
    .join("/");
  return folder === "" || folder === ".." || folder.startsWith("../../") ? "" : `${folder}/`;
}

export function locateInCheckout(folder: string, location: SourceLocation): SourceLocation {
  return { ...location, file: `${folder}${location.file}` };
}

/** Makes the paths of problems relative to the whole repository, for CI systems. */
export function toCheckout<T extends { readonly problems: readonly Problem[] }>(root: string, checked: T): T {
  const folder = folderInCheckout(root, process.env);
  return {
    ...checked,
    problems: checked.problems.map((each) => ({ ...each, location: locateInCheckout(folder, each.location) })),
  };
}
