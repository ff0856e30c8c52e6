import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { plugins } from "../../../src/engine/pulumi-internals/installation.ts";

/** Writes an executable file, and its folder. @returns its path */
export function writeScript(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

/** Writes a CLI that only prints its version, by default with both plugins. @returns its path */
export function fakeEngine(binDir: string, version: string, beside: readonly string[] = plugins): string {
  for (const plugin of beside) writeScript(join(binDir, plugin), "#!/bin/sh\n");
  return writeScript(join(binDir, "pulumi"), `#!/bin/sh\necho v${version}\n`);
}

/** Writes the npm package `pulumi` as npm installs it: `.bin/pulumi` links to its script. Running it writes `trace`. */
export function fakeLauncher(nodeModules: string, trace: string): string {
  writeScript(join(nodeModules, "pulumi/run.js"), `#!/bin/sh\necho 3.250.0 > '${trace}'\necho 3.250.0\n`);
  mkdirSync(join(nodeModules, ".bin"));
  symlinkSync("../pulumi/run.js", join(nodeModules, ".bin/pulumi"));
  return join(nodeModules, ".bin");
}
