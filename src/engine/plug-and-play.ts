import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Refuses Yarn's Plug'n'Play, which installs no node_modules: Pulumi's engine looks there for its SDK, and so for the provider.
 *
 * @param root absolute path of the project
 * @returns what is wrong and what to do; undefined: the project has packages that the engine finds
 */
export function plugAndPlay(root: string): string | undefined {
  if (process.versions.pnp === undefined && !installsPlugAndPlay(root)) return undefined;
  return (
    "YARN_PNP: Yarn installed the packages of this project with Plug'n'Play, where Pulumi's engine finds no provider. " +
    "Run `yarn config set nodeLinker node-modules && yarn install`."
  );
}

/** By what lies nearest to the project, since either may be left over in a folder above. */
function installsPlugAndPlay(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules/@pulumi/pulumi"))) return false;
    if (existsSync(join(folder, ".pnp.cjs"))) return true;
    if (dirname(folder) === folder) return false;
  }
}
