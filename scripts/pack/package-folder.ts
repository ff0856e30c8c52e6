import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesIn } from "./files.ts";
import { finishDeclarations, importedPackages } from "./finish.ts";
import { compiled, declared, type OwnPackage, packagePackageJson } from "./package-json.ts";

const repository = join(import.meta.dirname, "../..");

/** Files to copy unchanged, in addition to docs/ and the files that the code reads at run time. */
const whole = ["messages/manifest.schema.json", "README.md", "CHANGELOG.md", "LICENSE"] as const;

/**
 * Creates the package's folder: the layout of the repository, with JavaScript and declarations instead of TypeScript, so that
 * relative paths are the same.
 *
 * @param to absolute path of the folder; it is emptied first
 */
export function createPackageFolder(to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const own: OwnPackage = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  compile(to);
  finishDeclarations(to, declared(own.exports["."]));
  for (const path of [...whole, ...assets(), ...pages()]) copy(path, to);
  for (const path of Object.values(own.bin)) chmodSync(join(to, compiled(path)), 0o755);
  const text = JSON.stringify(packagePackageJson(own, importedPackages(to)), null, 2);
  writeFileSync(join(to, "package.json"), `${text}\n`);
}

function compile(to: string): void {
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  const config = join(repository, "tsconfig.package.json");
  execFileSync(process.execPath, [tsc, "-p", config, "--outDir", to], { stdio: ["ignore", "inherit", "inherit"] });
}

function assets(): string[] {
  return ["src", "infra"].flatMap((folder) => filesIn(repository, folder)).filter((path) => !isSource(path));
}

function pages(): string[] {
  return filesIn(repository, "docs").filter((path) => /\.md$|^docs\/(pipelines|schemas)\//.test(path));
}

function copy(path: string, to: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true });
  copyFileSync(join(repository, path), join(to, path));
}

/** Reports whether a file is compiled, or is the first file of the repository's own program. */
function isSource(path: string): boolean {
  return path.endsWith(".ts") || path.endsWith(".mjs");
}
