import { join, posix } from "node:path";
import { inspectPath } from "../file-error.ts";
import type { Content, InDoubtPolicy, InlineContent, Manifest, SourceLocation } from "../types.ts";
import type { BodySchemas } from "./body-schemas.ts";
import { checkDedup, checkName, checkStackReferences } from "./check-manifest.ts";
import { checkDataFile, createFileContent, type OnMessage, type OnPrefix } from "./data-file.ts";
import { checkReferences, collectReferences, type ManifestReferences } from "./dependencies.ts";
import type { EarlierReadings } from "./earlier-readings.ts";
import { findManifestFiles, readTextFile } from "./manifest-files.ts";
import type { ManifestInput } from "./manifest-input.ts";
import { checkCollidingPaths, checkPathName, resolveName } from "./manifest-name.ts";
import { type ManifestDocument, parseDocuments } from "./parse-documents.ts";
import { type ParsedManifest, parseManifest } from "./parse-manifest.ts";
import { createProblem, type Problem } from "./problem.ts";
import { ProblemCollector } from "./problem-collector.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import type { SourceOptions } from "./source/source-messages.ts";
import { locate } from "./source-location.ts";
import { matchesStack } from "./stack-patterns.ts";
import { readSuppressions } from "./suppressions.ts";
import { validateShape } from "./validate-shape.ts";
import type { Variables } from "./variables.ts";

export interface LoadOptions {
  /** The absolute path of the repository. */
  readonly root: string;
  /** The folder of the manifests, relative to the repository; default "messages". */
  readonly folder?: string;
  /** Limits the load to these files and folders, relative to the repository; undefined for all under the folder. */
  readonly files?: readonly string[];
  /** The stack whose manifests to return; undefined for all manifests, regardless of their stacks. */
  readonly stack?: string;
  /** The queue names in the stack's configuration; undefined to skip the check. */
  readonly queues?: readonly string[];
  /** The stacks of the repository; undefined to skip the check. */
  readonly stacks?: readonly string[];
  /** Name patterns of production stacks. */
  readonly production?: readonly string[];
  /** JSON Schemas for the bodies of a queue's messages, by the queue's name; paths relative to the repository. */
  readonly bodySchemas?: Readonly<Record<string, string>>;
  /** The stack's policy for manifests without their own; default "resend". */
  readonly inDoubt?: InDoubtPolicy;
  /** The variables that manifests may use as ${…}. */
  readonly variables?: Variables;
  /** Whether to read and check data files; default true. Not needed if they were checked before and are read anyway. */
  readonly readData?: boolean;
  /** Called with each message of the data files that are parsed. If the result has an error, messages may be missing. */
  readonly onMessage?: OnMessage;
  /** Data files that need not be parsed again. Undefined to parse all. */
  readonly earlierReadings?: EarlierReadings;
  /** Called with the rows at the start of a data file that need not be parsed again. */
  readonly onPrefix?: OnPrefix;
}

export interface LoadResult {
  /** The manifests for the stack that have no errors, in the order of their files; names are unique. */
  readonly manifests: readonly Manifest[];
  /** The manifests for other stacks that have no errors. */
  readonly skipped: readonly Manifest[];
  /** Errors and warnings, by file, line and column. If there is any error, nothing should be deployed. */
  readonly problems: readonly Problem[];
  /** The number of problems beyond the limit per file. */
  readonly omitted: number;
}

/**
 * Reads and checks the repository's manifests, including those for other stacks, so that errors are found before they are deployed.
 * It does not throw because of the content of files.
 */
export async function loadManifests(options: LoadOptions): Promise<LoadResult> {
  const { root, folder = "messages", stack, variables = {}, inDoubt = "resend" } = options;
  const context = { root, folder, stack, variables, inDoubt };
  const problems = new ProblemCollector();
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
    problems.add(
      createProblem("NO_MANIFESTS", { file: folder, line: 1, column: 1 }, "the folder contains no manifest", next),
    );
  }

  const twins = checkCollidingPaths(paths, problems);
  const schemas = createLazySchemas(root, problems);
  const manifests: Manifest[] = [];
  const skipped: Manifest[] = [];
  const names = new Map<string, SourceLocation>();
  const related: ManifestReferences[] = [];
  const broken = new Set<string>();
  // If only a part is read, or readable, the list of names is incomplete.
  let complete = options.files === undefined && problems.errors === 0;
  for (const path of paths) {
    const file = readTextFile(root, path, problems);
    if (file === undefined) {
      complete = false;
      continue;
    }
    readSuppressions(file, problems);
    const parsed = parseDocuments(file, problems);
    complete &&= parsed.complete;
    for (const document of parsed.documents) {
      const before = problems.errors;
      const form = validateShape(document, problems);
      if (!form.manifest) {
        broken.add(resolveName(document, folder));
        continue;
      }
      const checks = await loadSchemas(document, options, schemas);
      const read = parseManifest(document, form.brokenMessages, context, checks.usable, problems);
      const { stacks } = read;
      const wanted = stack === undefined || stacks === undefined || matchesStack(stacks, stack);
      checkPathName(document, folder, read.location, problems);
      if (!twins.has(path)) checkName(document, read, names, problems);
      checkDedup(document, read, problems);
      checkStackReferences(document, read, wanted, options, problems);
      related.push(collectReferences(document, read.name));
      const sound = document.isValid && checks.complete && problems.errors === before;
      if (!sound || read.content === undefined) continue;
      const content = await openContent(read, read.content, wanted, options, problems);
      if (problems.errors === before) (wanted ? manifests : skipped).push({ ...read, content });
    }
  }

  const faulty = checkReferences(related, { names, broken, complete }, problems);
  const sound = (all: readonly Manifest[]) => all.filter(({ name }) => !faulty.has(name));
  return {
    manifests: sound(manifests),
    skipped: sound(skipped),
    problems: problems.sorted(),
    omitted: problems.omitted,
  };
}

type LazySchemas = () => Promise<BodySchemas>;

/** Loads the schema reader on first use: most repositories have no schemas. */
function createLazySchemas(root: string, problems: ProblemCollector): LazySchemas {
  let schemas: BodySchemas | undefined;
  return async () => {
    schemas ??= new (await import("./body-schemas.ts")).BodySchemas(root, problems);
    return schemas;
  };
}

/** Loads the schema of the manifest, and that of its queue. */
async function loadSchemas(
  document: ManifestDocument,
  { bodySchemas = {} }: LoadOptions,
  open: LazySchemas,
): Promise<{ readonly usable: readonly BodySchema[]; readonly complete: boolean }> {
  const { queue, body_schema: own } = document.value as unknown as ManifestInput;
  const path = own === undefined ? undefined : posix.join(posix.dirname(document.file.path), own);
  const shared = Object.hasOwn(bodySchemas, queue) ? posix.normalize(bodySchemas[queue] ?? "") : undefined;
  const ownNext = "Write the path of a JSON Schema in the repository, relative to the manifest's folder.";
  const sharedNext = `Correct queue-seeder:queues.${queue}.body_schema in the stack's configuration: a path relative to the repository's root.`;
  if (path === undefined && shared === undefined) return { usable: [], complete: true };
  const schemas = await open();
  const found: (BodySchema | undefined)[] = [];
  if (path !== undefined) found.push(schemas.load(path, locate(document, ["body_schema"]), ownNext));
  if (shared !== undefined && shared !== path) {
    found.push(schemas.load(shared, locate(document, ["queue"]), sharedNext));
  }
  const usable = found.filter((schema) => schema !== undefined);
  return { usable, complete: usable.length === found.length };
}

/** Opens the data file of a manifest, except for other stacks: it may be large, and their own deployment reads it. */
async function openContent(
  manifest: ParsedManifest,
  content: InlineContent | SourceOptions,
  wanted: boolean,
  { readData = true, onMessage = () => {}, onPrefix = () => {}, earlierReadings }: LoadOptions,
  problems: ProblemCollector,
): Promise<Content> {
  if ("kind" in content) return content;
  if (!wanted || !readData)
    return createFileContent(content, { size: undefined, digest: undefined, prefix: undefined });
  const checked = await checkDataFile(manifest, content, { onMessage, onPrefix, earlierReadings }, problems);
  return createFileContent(content, checked);
}
