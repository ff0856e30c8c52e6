import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder above one that has Pulumi.yaml; undefined: none has. */
export function projectFolderAbove(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].some((file) => existsSync(join(folder, file)))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
