import { join, posix } from "node:path";
import { inspectPath } from "../file-error.ts";
import type { Content, InDoubtPolicy, InlineContent, Manifest, SourceLocation } from "../types.ts";
import { readAllowances } from "./allow.ts";
import { checkDedup, checkName, checkSurroundings } from "./checks.ts";
import { Problems } from "./collect.ts";
import { checkSource, fileContent, type OnMessage } from "./content.ts";
import { type ManifestDocument, parseDocuments } from "./document.ts";
import { findManifestFiles, readTextFile } from "./files.ts";
import { checkForm } from "./form.ts";
import { placeOf } from "./locate.ts";
import { checkPathName, checkTwins, nameOf } from "./name.ts";
import { type Problem, problem } from "./problem.ts";
import { type ReadManifest, readManifest } from "./read.ts";
import { checkRelations, type Related, relationsOf } from "./relations.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import type { BodySchemas } from "./schemas.ts";
import type { SourceReading } from "./source/messages.ts";
import { matchesStack } from "./stacks.ts";
import type { Variables } from "./variables.ts";
import type { Written } from "./written.ts";

export interface LoadOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Folder of the manifests, relative to the repository; default "messages". */
  readonly folder?: string;
  /** Only these files, and those under these folders, relative to the repository; undefined: all under the folder. */
  readonly files?: readonly string[];
  /** The stack whose manifests are wanted; undefined: all manifests, whatever their stacks. */
  readonly stack?: string;
  /** The queue names that the stack's configuration knows; undefined: they are not checked. */
  readonly queues?: readonly string[];
  /** The stacks that the repository knows; undefined: not checked. */
  readonly stacks?: readonly string[];
  /** Name patterns of production stacks. */
  readonly production?: readonly string[];
  /** JSON Schemas for the bodies of a queue's messages, by the queue's name; paths relative to the repository. */
  readonly bodySchemas?: Readonly<Record<string, string>>;
  /** The stack's policy for manifests that do not say theirs; default "resend". */
  readonly inDoubt?: InDoubtPolicy;
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
  const { root, folder = "messages", stack, variables = {}, inDoubt = "resend" } = options;
  const context = { root, folder, stack, variables, inDoubt };
  const problems = new Problems();
  const isFolder = (path: string) => inspectPath(join(root, path)).kind === "folder";
  const paths = [
    ...new Set(
      (options.files ?? [folder]).flatMap((path) =>
        options.files === undefined || isFolder(path) ? findManifestFiles(root, path, problems) : [path],
      ),
    ),
  ];
  if (paths.length === 0 && problems.errors === 0) {
    const next = `Put a manifest into ${folder}/, in a file that ends in .yaml or .yml.`;
    problems.add(problem("NO_MANIFESTS", { file: folder, line: 1, column: 1 }, "there is no manifest here", next));
  }

  const twins = checkTwins(paths, problems);
  const schemas = lazySchemas(root, problems);
  const manifests: Manifest[] = [];
  const skipped: Manifest[] = [];
  const names = new Map<string, SourceLocation>();
  const related: Related[] = [];
  const broken = new Set<string>();
  // Where only a part is read, or can be, the names of all manifests are not known.
  let complete = options.files === undefined && problems.errors === 0;
  for (const path of paths) {
    const file = readTextFile(root, path, problems);
    if (file === undefined) {
      complete = false;
      continue;
    }
    readAllowances(file, problems);
    const parsed = parseDocuments(file, problems);
    complete &&= parsed.complete;
    for (const document of parsed.documents) {
      const before = problems.errors;
      const form = checkForm(document, problems);
      if (!form.manifest) {
        broken.add(nameOf(document, folder));
        continue;
      }
      const checks = await loadSchemas(document, options, schemas);
      const read = readManifest(document, form.brokenMessages, context, checks.usable, problems);
      const { stacks } = read;
      const wanted = stack === undefined || stacks === undefined || matchesStack(stacks, stack);
      checkPathName(document, folder, read.location, problems);
      if (!twins.has(path)) checkName(document, read, names, problems);
      checkDedup(document, read, problems);
      checkSurroundings(document, read, wanted, options, problems);
      related.push(relationsOf(document, read.name));
      const sound = document.sound && checks.complete && problems.errors === before;
      if (!sound || read.content === undefined) continue;
      const content = await openContent(read, read.content, wanted, options, problems);
      if (problems.errors === before) (wanted ? manifests : skipped).push({ ...read, content });
    }
  }

  const faulty = checkRelations(related, { names, broken, complete }, problems);
  const sound = (all: readonly Manifest[]) => all.filter(({ name }) => !faulty.has(name));
  return {
    manifests: sound(manifests),
    skipped: sound(skipped),
    problems: problems.sorted(),
    omitted: problems.omitted,
  };
}

type LazySchemas = () => Promise<BodySchemas>;

/** What reads schemas is loaded with the first of them: most repositories have none. */
function lazySchemas(root: string, problems: Problems): LazySchemas {
  let schemas: BodySchemas | undefined;
  return async () => {
    schemas ??= new (await import("./schemas.ts")).BodySchemas(root, problems);
    return schemas;
  };
}

/** The schema that the manifest names, and the one that its queue has for all. */
async function loadSchemas(
  document: ManifestDocument,
  { bodySchemas = {} }: LoadOptions,
  open: LazySchemas,
): Promise<{ readonly usable: readonly BodySchema[]; readonly complete: boolean }> {
  const { queue, body_schema: own } = document.value as unknown as Written;
  const path = own === undefined ? undefined : posix.join(posix.dirname(document.file.path), own);
  const shared = Object.hasOwn(bodySchemas, queue) ? posix.normalize(bodySchemas[queue] ?? "") : undefined;
  const ownNext = "Write the path of a JSON Schema in the repository, from the manifest's folder.";
  const sharedNext = `Correct queue-seeder:queues.${queue}.body_schema in the stack's configuration: a path from the repository's root.`;
  if (path === undefined && shared === undefined) return { usable: [], complete: true };
  const schemas = await open();
  const found: (BodySchema | undefined)[] = [];
  if (path !== undefined) found.push(schemas.load(path, placeOf(document, ["body_schema"]), ownNext));
  if (shared !== undefined && shared !== path) {
    found.push(schemas.load(shared, placeOf(document, ["queue"]), sharedNext));
  }
  const usable = found.filter((schema) => schema !== undefined);
  return { usable, complete: usable.length === found.length };
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
