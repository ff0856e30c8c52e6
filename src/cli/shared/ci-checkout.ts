import { existsSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Problem } from "../../manifest/index.ts";
import type { SourceLocation } from "../../types.ts";

/** Where the runners of GitHub and of GitLab say that they checked the repository out. */
const checkouts = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"] as const;

/**
 * What stands before a path of the project, so that it is one of the whole repository, as a review needs it: `""`, or a
 * folder with a slash at its end.
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

/** For those who know of the whole repository only. */
export function toCheckout<T extends { readonly problems: readonly Problem[] }>(root: string, checked: T): T {
  const folder = folderInCheckout(root, process.env);
  return {
    ...checked,
    problems: checked.problems.map((each) => ({ ...each, location: locateInCheckout(folder, each.location) })),
  };
}
