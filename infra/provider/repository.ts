import { headCommit } from "../../src/config/commit.ts";
import { type DeployerSources, findDeployer } from "../../src/config/deployer.ts";
import { readConfiguration } from "../../src/config/merged-configuration.ts";
import { createVariables } from "../../src/config/variables.ts";

export { isSetByRepository } from "../../src/config/repository-environment.ts";

/**
 * What a push reads in the repository: its commit, its configuration, and who deploys it. Loaded on demand by ./lifecycle.ts. Each
 * is read once per process, which performs one run: with many segments, git would otherwise be started several times for each.
 */

let commit: string | undefined;

/** Returns the commit that is checked out, "" if there is none. @param folder the same in each call, like the arguments below */
export function readCommit(folder: string): string {
  commit ??= headCommit(folder) ?? "";
  return commit;
}

let deployer: string | undefined;

/** Returns the deployer, see `findDeployer`. */
export function readDeployer(sources: DeployerSources): string {
  deployer ??= findDeployer(sources);
  return deployer;
}

type Variables = ReturnType<typeof createVariables>;

const variables = new Map<string, Variables>();

/** Returns the variables of the manifests in a repository. @param config of the stack, the same in each call */
export function readVariables(
  project: string,
  root: string,
  stack: string,
  config: Readonly<Record<string, string>>,
): Variables {
  const key = JSON.stringify([project, root, stack]);
  const known = variables.get(key);
  if (known !== undefined) return known;
  const written = readConfiguration(root, stack);
  const created = createVariables({ project, root, config, written, env: process.env });
  variables.set(key, created);
  return created;
}
