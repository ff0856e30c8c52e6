import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { type JsonObject, toObject } from "../../json-object.ts";

/** The name under which projects import the package, whatever name it is published under. Pulumi states contain it. */
export const importName = "queue-seeder";

/** The source from which a project can install this queue-seeder. */
export type OwnSource =
  /** As package.json states it: a version range, a Git address, or a URL. */
  | { readonly kind: "specifier"; readonly specifier: string }
  /** A packed file; `path` is absolute. */
  | { readonly kind: "tarball"; readonly path: string }
  /** A folder, such as a clone; `path` is absolute. */
  | { readonly kind: "folder"; readonly path: string }
  /** Unknown, as after a global installation: it has to be packed again. */
  | { readonly kind: "installed"; readonly path: string };

/**
 * Finds out where the package in a folder was installed from: by the package.json that lists it, or by what npm recorded.
 *
 * @param folder absolute path of the package, without links
 */
export function findOwnSource(folder: string): OwnSource {
  const parts = folder.split(`${sep}node_modules${sep}`);
  if (parts.length === 1) return { kind: "folder", path: folder };
  const own = readJson(join(folder, "package.json"));
  // pnpm and others keep the package in a deeper folder of the project's node_modules.
  const roots = parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join(`${sep}node_modules${sep}`));
  for (const root of roots) {
    const { dependencies, devDependencies } = readJson(join(root, "package.json"));
    const listed = { ...toObject(devDependencies), ...toObject(dependencies) }[importName];
    const found = typeof listed === "string" ? parseSpecifier(listed, root) : undefined;
    if (found !== undefined) return found;
  }
  return recordedSource(roots.at(-1) ?? folder, own) ?? { kind: "installed", path: folder };
}

/**
 * Parses a specifier of a package.json.
 *
 * @param root absolute path of that file's folder
 * @returns undefined if another project cannot use it: a workspace, a catalog, or a path that does not exist
 */
export function parseSpecifier(specifier: string, root: string): OwnSource | undefined {
  if (/^(workspace|catalog|portal|patch):/.test(specifier)) return undefined;
  const path = /^(?:file:|link:)(.+)$/.exec(specifier)?.[1] ?? (/^\.{0,2}\//.test(specifier) ? specifier : undefined);
  if (path === undefined) return { kind: "specifier", specifier };
  const target = resolve(root, path);
  if (!existsSync(target)) return undefined;
  return statSync(target).isDirectory() ? { kind: "folder", path: target } : { kind: "tarball", path: target };
}

/** Reads what npm recorded in node_modules; undefined if another package manager installed the package. */
function recordedSource(root: string, own: JsonObject): OwnSource | undefined {
  const { packages } = readJson(join(root, "node_modules/.package-lock.json"));
  const entry = toObject(packages)[`node_modules/${importName}`];
  if (entry === undefined) return undefined;
  const { resolved } = toObject(entry);
  if (typeof resolved !== "string") return { kind: "specifier", specifier: registrySpecifier(own) };
  const name = String(own.name);
  const fromRegistry = /^https?:/.test(resolved) && new URL(resolved).pathname.includes(`/${name}/-/`);
  return fromRegistry ? { kind: "specifier", specifier: registrySpecifier(own) } : parseSpecifier(resolved, root);
}

/** Returns the range for a registry. A package that is published under another name, such as a scoped one, needs an alias. */
function registrySpecifier({ name, version }: JsonObject): string {
  return name === importName ? `^${version}` : `npm:${name}@^${version}`;
}

/** Returns the absolute path of the nearest node_modules above a folder that contains the package; undefined if none does. */
export function findInstalled(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    if (existsSync(join(modules, importName))) return modules;
    if (dirname(at) === at) return undefined;
  }
}

function readJson(path: string): JsonObject {
  return existsSync(path) ? toObject(JSON.parse(readFileSync(path, "utf8"))) : {};
}
