import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const src = join(import.meta.dirname, "../..");

/** The folders of `src/` with the code that turns a data file into messages and segments; `""` is `src/` itself. */
const folders = ["", "manifest", "plan"];

let rules: string | undefined;

/**
 * Returns a digest of the rules by which data files are read: the code of this version and the versions of its dependencies. It is
 * computed from the files, because a number that is raised by hand would be forgotten one day, and then a file would keep
 * the messages of the old rules. It does not depend on Node's version. Costs about 5 ms, once per process.
 */
export function rulesDigest(): string {
  rules ??= digestCode();
  return rules;
}

function digestCode(): string {
  const hash = createHash("sha256");
  const { version, dependencies } = JSON.parse(readFileSync(join(src, "../package.json"), "utf8"));
  hash.update(JSON.stringify([version, dependencies]));
  for (const folder of folders) {
    const files = readdirSync(join(src, folder), { recursive: folder !== "", encoding: "utf8" });
    for (const file of files.filter((file) => /\.(?:ts|js)$/.test(file)).sort()) {
      hash.update(`\0${folder}/${file}\0`);
      hash.update(readFileSync(join(src, folder, file)));
    }
  }
  return hash.digest("base64url");
}
