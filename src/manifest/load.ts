import { posix } from "node:path";
import type { Content, InlineContent, Manifest } from "../types.ts";
import { Problems } from "./collect.ts";
import { checkSource, fileContent, type OnMessage } from "./content.ts";
import { type ManifestDocument, parseDocuments } from "./document.ts";
import { findManifestFiles, readTextFile } from "./files.ts";
import { checkForm } from "./form.ts";
import { placeOf } from "./locate.ts";
import { formatPlace, type Problem, problem, quote } from "./problem.ts";
import { type ReadManifest, readManifest } from "./read.ts";
import { type BodySchema, BodySchemas } from "./schemas.ts";
import type { SourceReading } from "./source/messages.ts";
import { matchesStack } from "./stacks.ts";
import { didYouMean } from "./suggest.ts";
import type { Variables } from "./variables.ts";
import type { Written } from "./written.ts";

export interface LoadOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Folder of the manifests, relative to the repository; default "messages". */
  readonly folder?: string;
  /** Only these files, relative to the repository; undefined: every manifest file under the folder. */
  readonly files?: readonly string[];
  /** The stack whose manifests are wanted; undefined: all manifests, whatever their stacks. */
  readonly stack?: string;
  /** The queue names that the stack's configuration knows; undefined: they are not checked. */
  readonly queues?: readonly string[];
  /** JSON Schemas for the bodies of a queue's messages, by the queue's name; paths relative to the repository. */
  readonly bodySchemas?: Readonly<Record<string, string>>;
  /** What manifests may name as ${…}. */
  readonly variables?: Variables;
  /** Whether data files are read to check them; default true. Who reads them anyway, and checked them before, need not. */
  readonly readData?: boolean;
  /** Is given each message of the data files that are read. With any error in the result, it was told of too few. */
  readonly onMessage?: OnMessage;
}

export interface LoadResult {
  /** Those that are free of errors and wanted for the stack, in the order of their files; names are unique. */
  readonly manifests: readonly Manifest[];
  /** Those that are free of errors and meant for other stacks. */
  readonly skipped: readonly Manifest[];
  /** By file, line and column; errors and warnings. With any error, nothing should be deployed. */
  readonly problems: readonly Problem[];
  /** Problems that were found beyond the number that is kept for one file. */
  readonly omitted: number;
}

/**
 * Reads and checks the repository's manifests. All of them are checked, whatever their stacks: a broken manifest is
 * broken before it is deployed. Nothing is thrown for what the files hold.
 */
export async function loadManifests(options: LoadOptions): Promise<LoadResult> {
  const { root, folder = "messages", stack } = options;
  const context = { root, folder, stack, variables: options.variables ?? {} };
  const problems = new Problems();
  const paths = options.files ?? findManifestFiles(root, folder, problems);
  if (paths.length === 0 && problems.errors === 0) {
    const next = `Put a manifest into ${folder}/, in a file that ends in .yaml or .yml.`;
    problems.add(problem("NO_MANIFESTS", { file: folder, line: 1, column: 1 }, "there is no manifest here", next));
  }

  const schemas = new BodySchemas(root, problems);
  const manifests: Manifest[] = [];
  const skipped: Manifest[] = [];
  const names = new Map<string, ReadManifest>();
  for (const path of paths) {
    const file = readTextFile(root, path, problems);
    if (file === undefined) continue;
    for (const document of parseDocuments(file, problems)) {
      const before = problems.errors;
      const form = checkForm(document, problems);
      if (!form.manifest) continue;
      const checks = await loadSchemas(document, options, schemas);
      const read = readManifest(document, form.brokenMessages, context, checks, problems);
      checkName(document, read, names, problems);
      const { stacks } = read;
      const wanted = stack === undefined || stacks === undefined || matchesStack(stacks, stack);
      if (wanted) checkQueue(document, read, options.queues, problems);
      if (problems.errors > before || read.content === undefined) continue;
      const content = await openContent(read, read.content, wanted, options, problems);
      if (problems.errors === before) (wanted ? manifests : skipped).push({ ...read, content });
    }
  }

  return { manifests, skipped, problems: problems.sorted(), omitted: problems.omitted };
}

/** The schema that the manifest names, and the one that its queue has for all. */
async function loadSchemas(
  document: ManifestDocument,
  { bodySchemas = {} }: LoadOptions,
  schemas: BodySchemas,
): Promise<BodySchema[]> {
  const { queue, body_schema: own } = document.value as unknown as Written;
  const path = own === undefined ? undefined : posix.join(posix.dirname(document.file.path), own);
  const shared = Object.hasOwn(bodySchemas, queue) ? bodySchemas[queue] : undefined;
  const found = [
    path === undefined ? undefined : await schemas.load(path, placeOf(document, ["body_schema"])),
    shared === undefined || shared === path ? undefined : await schemas.load(shared, placeOf(document, ["queue"])),
  ];
  return found.filter((schema) => schema !== undefined);
}

/** Data files of other stacks stay closed: they may be large, and their own deployment reads them. */
async function openContent(
  manifest: ReadManifest,
  content: InlineContent | SourceReading,
  wanted: boolean,
  { readData = true, onMessage = () => {} }: LoadOptions,
  problems: Problems,
): Promise<Content> {
  if ("kind" in content) return content;
  const size = wanted && readData ? await checkSource(manifest, content, onMessage, problems) : undefined;
  return fileContent(content, size);
}

function checkName(
  document: ManifestDocument,
  manifest: ReadManifest,
  names: Map<string, ReadManifest>,
  problems: Problems,
): void {
  const { name } = manifest;
  const first = names.get(name);
  if (first !== undefined) {
    const what = `the manifest at ${formatPlace(first.place)} is named ${quote(name)} too`;
    problems.add(problem("DUPLICATE_NAME", placeOf(document, ["name"]), what, 'Give one of them another "name: …".'));
    return;
  }
  names.set(name, manifest);
  if (document.number > 1 && name.endsWith(`#${document.number}`)) {
    const what = `without a name, this manifest is known as ${quote(name)} and changes it when documents are added before it`;
    problems.add(problem("UNNAMED_DOCUMENT", manifest.place, what, 'Add "name: …", so that nothing is pushed twice.'));
  }
}

function checkQueue(
  document: ManifestDocument,
  { queue }: ReadManifest,
  queues: readonly string[] | undefined,
  problems: Problems,
): void {
  if (queues === undefined || queues.includes(queue)) return;
  const known = queues.length === 0 ? "It knows none." : `It knows ${queues.join(", ")}.${didYouMean(queue, queues)}`;
  const next = `Add the queue to queue-seeder:queues in the stack's configuration. ${known}`;
  const what = `the stack's configuration knows no queue ${quote(queue)}`;
  problems.add(problem("QUEUE_UNKNOWN", placeOf(document, ["queue"]), what, next));
}
