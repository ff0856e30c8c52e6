import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkManifests } from "../../../src/cli/validate/run.ts";
import { formatDiagnostic, type LoadOptions, type LoadResult, loadManifests } from "../../../src/manifest/index.ts";
import type { Manifest, Message } from "../../../src/types.ts";

const folder = fileURLToPath(new URL("../../fixtures/problems/", import.meta.url));

/** The notes of a fixture: options, and files that are too large for a repository. */
interface FixtureNotes {
  readonly options?: Omit<LoadOptions, "root">;
  /** Checks like the command, with the configuration of this stack. */
  readonly stack?: string;
  readonly generate?: Readonly<Record<string, { before?: string; text: string; times: number; after?: string }>>;
}

/** The codes that have a fixture: a small repository in test/fixtures/problems/CODE/ with its expected.txt. */
export const fixtureCodes = readdirSync(folder).sort();

export const expectedFile = (code: string) => join(folder, code, "expected.txt");

/** Loads the manifests of a fixture. @returns its problems as the command prints them, one per line */
export async function problemsOf(code: string): Promise<string> {
  const { options, stack, generate = {} } = notesOf(code);
  using copy = temporaryFolder();
  cpSync(join(folder, code), copy.path, { recursive: true, verbatimSymlinks: true });
  for (const [path, { before = "", text, times, after = "" }] of Object.entries(generate)) {
    mkdirSync(dirname(join(copy.path, path)), { recursive: true });
    writeFileSync(join(copy.path, path), before + text.repeat(times) + after);
  }
  const { problems } = await (stack === undefined
    ? loadManifests({ root: copy.path, ...options })
    : checkManifests(copy.path, [], stack));
  return problems.map((problem) => `${formatDiagnostic(problem)}\n`).join("");
}

function notesOf(code: string): FixtureNotes {
  const hasNotes = readdirSync(join(folder, code)).includes("fixture.json");
  return hasNotes ? JSON.parse(readFileSync(join(folder, code, "fixture.json"), "utf8")) : {};
}

/** Writes files to a new folder, loads the manifests in it, and removes the folder again. */
export async function loadFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Omit<LoadOptions, "root"> = {},
): Promise<LoadResult> {
  using root = temporaryFolder();
  writeFiles(root.path, files);
  return await loadManifests({ root: root.path, ...options });
}

/** Returns the inline messages of a manifest. @throws Error if it has none */
export function inlineMessages(manifest: Manifest | undefined): readonly Message[] {
  if (manifest?.content.kind !== "inline") throw new Error("there is no manifest with messages of its own");
  return manifest.content.messages;
}

export function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "queue-seeder-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
