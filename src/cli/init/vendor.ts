import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { importName, type OwnSource } from "./own-source.ts";

/** How a new project depends on queue-seeder. */
export interface OwnDependency {
  readonly specifier: string;
  /** A tarball to copy into the project, so that pipelines find it; `from` is absolute, `path` relative to the project. */
  readonly vendored: { readonly from: string; readonly path: string } | undefined;
}

/**
 * Decides how a project depends on queue-seeder. A tarball outside the project is copied into `vendor/`: a pipeline only has the
 * repository.
 *
 * @param folder absolute path of the project
 */
export function decideOwnDependency(source: OwnSource, folder: string): OwnDependency {
  switch (source.kind) {
    case "specifier":
      return { specifier: source.specifier, vendored: undefined };
    case "folder":
      return { specifier: `file:${toRelative(folder, source.path)}`, vendored: undefined };
    case "tarball":
      return fromTarball(source.path, folder);
    case "installed":
      return fromTarball(packAgain(source.path), folder);
  }
}

function fromTarball(tarball: string, folder: string): OwnDependency {
  const inside = toRelative(folder, tarball);
  if (!inside.startsWith("..")) return { specifier: `file:${inside}`, vendored: undefined };
  const path = `vendor/${basename(tarball)}`;
  return { specifier: `file:${path}`, vendored: { from: tarball, path } };
}

function toRelative(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}

/** Packs the installed package again. @returns absolute path of the tarball, in a temporary folder */
function packAgain(path: string): string {
  const to = mkdtempSync(join(tmpdir(), `${importName}-`));
  execFileSync("npm", ["pack", path, "--ignore-scripts", "--pack-destination", to], { cwd: to, stdio: "ignore" });
  const [file] = readdirSync(to);
  if (file === undefined) throw new Error(`npm packed nothing of ${path}`);
  return join(to, file);
}

/** Reports whether a file has these bytes. */
export function hasSameBytes(a: string, b: string): boolean {
  return readFileSync(a).equals(readFileSync(b));
}
