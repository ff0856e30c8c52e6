import { join } from "node:path";
import { inspectPath } from "../file-error.ts";
import type { Content, InDoubtPolicy, InlineContent, Manifest, SourceLocation } from "../types.ts";
import { checkDedup, checkName, checkStackReferences } from "./check/check-manifest.ts";
import { checkReferences, collectReferences, type ManifestReferences } from "./check/dependencies.ts";
import { checkCollidingPaths, checkPathName, resolveName } from "./check/manifest-name.ts";
import { validateShape } from "./check/validate-shape.ts";
import { findManifestFiles, readTextFile } from "./files/manifest-files.ts";
import { type ParseContext, type ParsedManifest, parseManifest } from "./parse-manifest.ts";
import { createProblem, type Problem } from "./problem/problem.ts";
import { ProblemCollector } from "./problem/problem-collector.ts";
import { createSchemaLoader, type SchemaLoader } from "./schema/schema-loader.ts";
import { checkDataFile, createFileContent, type OnMessage, type OnPrefix } from "./source/data-file.ts";
import type { EarlierReadings } from "./source/earlier-readings.ts";
import type { SourceOptions } from "./source/source-messages.ts";
import { isForStack } from "./stack-patterns.ts";
import type { Variables } from "./template/variables.ts";
import { type ManifestDocument, type ParsedDocuments, parseDocuments } from "./yaml/parse-documents.ts";
import { readSuppressions } from "./yaml/suppressions.ts";

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
  const { root, folder = "messages", variables = {}, inDoubt = "resend" } = options;
  const problems = new ProblemCollector();
  const paths = listPaths(options, folder, problems);
  const load: Load = {
    options: { ...options, folder, variables, inDoubt },
    problems,
    twins: checkCollidingPaths(paths, problems),
    loadSchemas: createSchemaLoader(root, options.bodySchemas ?? {}, problems),
    names: new Map(),
    broken: new Set(),
    references: [],
  };
  const manifests: Manifest[] = [];
  const skipped: Manifest[] = [];
  // If only a part is read, or readable, the list of names is incomplete.
  let complete = options.files === undefined && problems.errors === 0;
  for (const path of paths) {
    const file = readDocuments(root, path, problems);
    complete &&= file.complete;
    for (const document of file.documents) {
      const manifest = await loadManifest(document, load);
      if (manifest !== undefined) (isForStack(manifest, options.stack) ? manifests : skipped).push(manifest);
    }
  }

  const { names, broken, references } = load;
  const faulty = checkReferences(references, { names, broken, complete }, problems);
  const sound = (all: readonly Manifest[]) => all.filter(({ name }) => !faulty.has(name));
  return {
    manifests: sound(manifests),
    skipped: sound(skipped),
    problems: problems.sorted(),
    omitted: problems.omitted,
  };
}

/** A load, and what it has found so far. */
interface Load {
  readonly options: LoadOptions & ParseContext;
  readonly problems: ProblemCollector;
  /** Files whose paths other systems treat as equal, which is reported. */
  readonly twins: ReadonlySet<string>;
  readonly loadSchemas: SchemaLoader;
  /** The locations of the manifests, by name. */
  readonly names: Map<string, SourceLocation>;
  /** Names of manifests that do not match the schema. */
  readonly broken: Set<string>;
  readonly references: ManifestReferences[];
}

/** Lists the files to read, and reports if there are none. */
function listPaths({ root, files }: LoadOptions, folder: string, problems: ProblemCollector): readonly string[] {
  const isFolder = (path: string) => inspectPath(join(root, path)).kind === "folder";
  const found =
    files === undefined
      ? findManifestFiles(root, folder, problems)
      : files.flatMap((path) => (isFolder(path) ? findManifestFiles(root, path, problems) : [path]));
  if (found.length === 0 && problems.errors === 0) {
    const next = `Put a manifest into ${folder}/, in a file that ends in .yaml or .yml.`;
    problems.add(
      createProblem("NO_MANIFESTS", { file: folder, line: 1, column: 1 }, "the folder contains no manifest", next),
    );
  }
  return [...new Set(found)];
}

function readDocuments(root: string, path: string, problems: ProblemCollector): ParsedDocuments {
  const file = readTextFile(root, path, problems);
  if (file === undefined) return { documents: [], complete: false };
  readSuppressions(file, problems);
  return parseDocuments(file, problems);
}

/** Parses and checks a document. @returns undefined if it has an error */
async function loadManifest(document: ManifestDocument, load: Load): Promise<Manifest | undefined> {
  const { options, problems } = load;
  const before = problems.errors;
  const form = validateShape(document, problems);
  if (!form.manifest) {
    load.broken.add(resolveName(document, options.folder));
    return undefined;
  }
  const schemas = await load.loadSchemas(document);
  const parsed = parseManifest(document, { ...form, schemas: schemas.usable }, options, problems);
  checkPathName(document, options.folder, parsed.location, problems);
  if (!load.twins.has(document.file.path)) checkName(document, parsed, load.names, problems);
  checkDedup(document, parsed, problems);
  checkStackReferences(document, parsed, options, problems);
  load.references.push(collectReferences(document, parsed.name));
  const isSound = document.isValid && schemas.complete && problems.errors === before;
  if (!isSound || parsed.content === undefined) return undefined;
  const content = await openContent(parsed, parsed.content, options, problems);
  return problems.errors === before ? { ...parsed, content } : undefined;
}

/** Opens the data file of a manifest, except for other stacks: it may be large, and their own deployment reads it. */
async function openContent(
  manifest: ParsedManifest,
  content: InlineContent | SourceOptions,
  { stack, readData = true, onMessage = () => {}, onPrefix = () => {}, earlierReadings }: LoadOptions,
  problems: ProblemCollector,
): Promise<Content> {
  if ("kind" in content) return content;
  if (!readData || !isForStack(manifest, stack))
    return createFileContent(content, { size: undefined, digest: undefined, prefix: undefined });
  const checked = await checkDataFile(manifest, content, { onMessage, onPrefix, earlierReadings }, problems);
  return createFileContent(content, checked);
}
