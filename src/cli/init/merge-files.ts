import { applyEdits, modify, type ParseError, parse } from "jsonc-parser";
import { isObject, type JsonObject, toObject } from "../../json-object.ts";
import { importName } from "./own-source.ts";

/** Thrown if an existing file cannot be extended. */
export class MergeError extends Error {
  override name = "MergeError";
}

/** Packages that a project needs in addition to queue-seeder. The version of the launcher `pulumi` is the tested one. */
export const dependencies = { "@pulumi/pulumi": "^3.270.0", pulumi: "3.250.0" } as const;

/** Packages that are needed only if queues are created. */
export const provisioning = { "@pulumi/cloudflare": "^6.22.1" } as const;

/** Packages for editors and `tsc`; not needed at run time. */
export const devDependencies = { "@types/node": "^24", typescript: "^6" } as const;

const scripts = { demo: "queue-seeder demo", validate: "queue-seeder validate" } as const;

export interface PackageNeeds {
  readonly name: string;
  /** How the project depends on queue-seeder, as package.json states it. */
  readonly specifier: string;
  /** Whether Pulumi creates queues or deploys a Worker. */
  readonly provisions: boolean;
}

/**
 * Adds the missing entries to a package.json and changes nothing else.
 *
 * @param existing the text of the file; undefined if it does not exist
 * @returns the new text, and the value of `type` (the module system)
 * @throws MergeError if `existing` is not a JSON object
 */
export function addToPackageJson(existing: string | undefined, needs: PackageNeeds): { text: string; type: unknown } {
  const before: Record<string, unknown> =
    existing === undefined ? createPackageJson(needs) : parsePackageJson(existing);
  const had = { ...toObject(before.devDependencies), ...toObject(before.dependencies) };
  const lacking = (wanted: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => had[name] === undefined));
  const wanted = {
    ...dependencies,
    ...(needs.provisions ? provisioning : {}),
  };
  // A tarball outside the project was copied into it, so its entry changes.
  const own = { [importName]: needs.specifier };
  const inDevelopment = toObject(before.devDependencies)[importName] !== undefined;
  const after = {
    ...before,
    // Existing scripts come first, in their order, and win over ours of the same name.
    scripts: { ...toObject(before.scripts), ...scripts, ...toObject(before.scripts) },
    dependencies: sortKeys({ ...toObject(before.dependencies), ...lacking(wanted), ...(inDevelopment ? {} : own) }),
    devDependencies: sortKeys({
      ...toObject(before.devDependencies),
      ...lacking(devDependencies),
      ...(inDevelopment ? own : {}),
    }),
  };
  const indent = /^\{\r?\n([ \t]+)/.exec(existing ?? "")?.[1] ?? "  ";
  return { text: `${JSON.stringify(after, null, indent)}\n`, type: before.type };
}

function createPackageJson({ name }: PackageNeeds): Record<string, unknown> {
  return { name: name.toLowerCase(), private: true, type: "module", engines: { node: ">=22.18" } };
}

function parsePackageJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    value = undefined;
  }
  if (isObject(value)) return { ...value };
  throw new MergeError("package.json is not a JSON object, so nothing can be added to it. Correct it first.");
}

function sortKeys(map: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Folders that must not be committed: installed packages and queue-seeder's working files. */
const ignored = ["node_modules/", ".queue-seeder/", "report.html"] as const;

/**
 * Attributes that give files the same line endings on every machine: other line endings in a quoted CSV cell or in a manifest
 * would change the messages that were pushed. Compressed files are left unchanged.
 */
const attributes = [
  "/messages/** text=auto eol=lf",
  "*.ndjson text eol=lf",
  "*.jsonl text eol=lf",
  "*.csv text eol=lf",
  "*.gz binary",
  "*.zst binary",
] as const;

/** Adds the missing lines at the top: the last matching line wins, and an existing one may assign a file to Git LFS. */
export function addToGitattributes(existing = ""): string {
  const lines = new Set(existing.split(/\r?\n/).map((line) => line.trim().replace(/\s+/g, " ")));
  const missing = attributes.filter((line) => !lines.has(line));
  return missing.map((line) => `${line}\n`).join("") + existing;
}

export function addToGitignore(existing = ""): string {
  const lines = existing.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, ""));
  const missing = ignored.filter((entry) => !lines.includes(entry.replace(/\/$/, "")));
  const start = existing === "" || existing.endsWith("\n") ? existing : `${existing}\n`;
  return start + missing.map((entry) => `${entry}\n`).join("");
}

/**
 * Adds the schema of manifests to the settings of VS Code, and changes nothing else, comments included.
 *
 * @param existing the text of .vscode/settings.json; undefined if it does not exist
 * @param schema path of the schema, relative to the root of the repository
 * @param manifests glob of the manifests, relative to the root of the repository
 */
export function addToEditorSettings(existing: string | undefined, schema: string, manifests: string): string {
  const text = existing?.trim() ? existing : "{}\n";
  const errors: ParseError[] = [];
  const settings: unknown = parse(text, errors, { allowTrailingComma: true });
  // Settings that VS Code cannot read either are left unchanged.
  if (errors.length > 0 || !isObject(settings)) return text;
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };
  const set = (path: readonly string[], value: unknown, before: string) =>
    applyEdits(before, modify(before, [...path], value, { formattingOptions }));
  const schemas = settings["yaml.schemas"];
  if (typeof schemas === "object" && schemas !== null && Object.hasOwn(schemas, schema)) return text;
  return set(["yaml.schemas", schema], [manifests], text);
}
