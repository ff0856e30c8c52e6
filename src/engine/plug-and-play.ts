import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Detects Yarn Plug'n'Play, which does not install node_modules, where Pulumi looks for its SDK and for the provider.
 *
 * @param root absolute path of the project
 * @returns what is wrong and what to do, undefined if Pulumi can find the project's packages
 */
export function findPlugAndPlay(root: string): string | undefined {
  if (process.versions.pnp === undefined && !installsPlugAndPlay(root)) return undefined;
  return (
    "YARN_PNP: Yarn installed the packages of this project with Plug'n'Play, with which Pulumi cannot find the provider. " +
    "Run `yarn config set nodeLinker node-modules && yarn install`."
  );
}

/** The files nearest to the project decide, since folders above may contain leftovers of either kind. */
function installsPlugAndPlay(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules/@pulumi/pulumi"))) return false;
    if (existsSync(join(folder, ".pnp.cjs"))) return true;
    if (dirname(folder) === folder) return false;
  }
}
