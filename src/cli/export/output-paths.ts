import { existsSync, realpathSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { quote } from "../../printable.ts";
import { type ExportPaths, exportPaths } from "../../redrive/index.ts";
import { UsageError } from "../../usage-error.ts";

/** The location of an export's files. */
export interface OutputPaths {
  /** Absolute paths. */
  readonly paths: ExportPaths;
  /** Paths relative to the repository, with forward slashes. */
  readonly shown: ExportPaths;
  /** The name of the manifest. */
  readonly name: string;
  /** Path of the manifest's JSON Schema, from the manifest's folder. */
  readonly schema: string;
}

const folder = "messages";

/** Resolves `--out`. @throws UsageError if no manifest is read from that path */
export function resolveOutputPaths(root: string, out: string): OutputPaths {
  const path = relative(root, resolve(root, out)).split(sep).join("/");
  const name = path.slice(folder.length + 1);
  if (!path.startsWith(`${folder}/`)) {
    throw new UsageError(`--out ${quote(out)} is outside ${folder}/, where manifests are read. Name a path below it.`);
  }
  if (/\.(?:ya?ml|nd?json|jsonl|progress)$/i.test(name)) {
    throw new UsageError(
      `--out ${quote(out)} has an extension. Omit it: several files get this name, each with its own extension.`,
    );
  }
  const isName = name.split("/").every((part) => /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(part));
  if (!isName || name.length > 150) {
    throw new UsageError(
      `--out ${quote(out)} cannot be the name of a manifest. Use letters, digits and . _ - in each part of it, at most 150.`,
    );
  }
  if (!isInside(root, dirname(join(root, path)))) {
    throw new UsageError(`--out ${quote(out)} leads out of the repository through a link. Name a path inside it.`);
  }
  return { paths: exportPaths(join(root, path)), shown: exportPaths(path), name, schema: schemaFrom(root, path) };
}

/** Whether a folder is inside the repository after symbolic links are resolved. The folder may not exist yet. */
function isInside(root: string, path: string): boolean {
  if (!existsSync(path)) return isInside(root, dirname(path));
  return !relative(realpathSync(root), realpathSync(path)).startsWith("..");
}

function schemaFrom(root: string, path: string): string {
  const own = `${folder}/manifest.schema.json`;
  const schema = existsSync(join(root, own)) ? own : `node_modules/queue-seeder/${own}`;
  return posix.relative(dirname(path), schema);
}
