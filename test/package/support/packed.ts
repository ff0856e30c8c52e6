import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { filesIn } from "../../../scripts/pack/files.ts";
import { packInto } from "../../../scripts/pack/tarball.ts";

const repository = join(import.meta.dirname, "../../..");
const cache = join(repository, "node_modules/.cache/queue-seeder-tests");

/** Returns the path of the packed package. Packs it once for each state of the repository, for the first test that needs it. */
export function packed(): string {
  const folder = join(cache, digest());
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const own = mkdtempSync(join(cache, "packing-"));
    try {
      const tarball = packInto(own);
      const ready = join(own, "ready");
      mkdirSync(ready);
      renameSync(tarball, join(ready, basename(tarball)));
      renameSync(ready, folder);
    } catch (error) {
      // Another worker finished first.
      if (!existsSync(folder)) throw error;
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }
  return join(folder, readdirSync(folder)[0] ?? "");
}

/** Hashes every file that the package may contain. */
function digest(): string {
  const hash = createHash("sha256");
  const atRoot = readdirSync(repository, { withFileTypes: true }).filter((entry) => entry.isFile());
  const inFolders = ["docs", "infra", "messages", "scripts", "src"].flatMap((folder) => filesIn(repository, folder));
  for (const path of [...atRoot.map(({ name }) => name), ...inFolders].sort()) {
    hash.update(`${path}\0`).update(readFileSync(join(repository, path)));
  }
  return hash.digest("hex").slice(0, 32);
}
