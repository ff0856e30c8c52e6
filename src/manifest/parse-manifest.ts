import type { InDoubtPolicy, Manifest } from "../types.ts";
import { formerNames, resolveName } from "./check/manifest-name.ts";
import type { ShapeResult } from "./check/validate-shape.ts";
import type { ManifestInput, SourceInput } from "./manifest-input.ts";
import { buildDelay, buildMessage, type ManifestContext } from "./message/build-message.ts";
import { createDedupKeyGenerator } from "./message/dedup-key.ts";
import { lintInput } from "./message/lint-messages.ts";
import { parseMessages, problemReporter } from "./message/parse-messages.ts";
import type { ProblemCollector } from "./problem/problem-collector.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import { resolveSource } from "./source/resolve-source.ts";
import { describeContext } from "./source/source-digest.ts";
import type { SourceOptions } from "./source/source-messages.ts";
import type { LookupResult, Scope, Variables } from "./template/variables.ts";
import type { ManifestDocument } from "./yaml/parse-documents.ts";
import { locate } from "./yaml/source-location.ts";

/** The context that all manifests of a load share. */
export interface ParseContext {
  readonly root: string;
  readonly folder: string;
  readonly stack?: string | undefined;
  readonly variables: Variables;
  /** The policy of manifests without their own. */
  readonly inDoubt: InDoubtPolicy;
}

/** A manifest whose data file has not been opened. */
export type ParsedManifest = Omit<Manifest, "content"> & {
  readonly content: Extract<Manifest["content"], { kind: "inline" }> | SourceOptions | undefined;
};

/** What is known of a manifest's messages before they are parsed. */
export interface MessageForm extends Pick<ShapeResult, "brokenMessages"> {
  /** The JSON Schemas for the bodies. */
  readonly schemas: readonly BodySchema[];
}

/** Converts a document that matches the schema to a manifest, and adds the problems of its messages to `problems`. */
export function parseManifest(
  document: ManifestDocument,
  { brokenMessages, schemas }: MessageForm,
  context: ParseContext,
  problems: ProblemCollector,
): ParsedManifest {
  const input = document.value as unknown as ManifestInput;
  const { stack, variables, root } = context;
  const scope: Scope = { stack, variables, env: input.env ?? [], local: {} };
  const { source, defaults, requires, dedup_field } = input;
  const push = input.push ?? "once";
  const name = resolveName(document, context.folder);
  const common: ManifestContext = {
    push,
    defaults,
    schemas,
    // Values without a JSON equivalent have no digest.
    dedupKeys: dedup_field !== undefined && document.isValid ? createDedupKeyGenerator(dedup_field) : undefined,
  };
  return {
    name,
    queue: input.queue,
    push,
    inDoubt: input.in_doubt ?? context.inDoubt,
    stacks: input.stacks,
    after: (input.after ?? []).map((each) => each.normalize("NFC")),
    requires: {
      consumer: requires?.consumer ?? false,
      notPaused: requires?.not_paused ?? false,
      maxBacklog: requires?.max_backlog,
    },
    dedupField: dedup_field,
    formerNames: formerNames(name, input.moved_from ?? []),
    formerNamesAt: locate(document, input.moved_from === undefined ? [] : ["moved_from"]),
    content: source
      ? parseSource(document, source, { common, scope, root }, problems)
      : { kind: "inline", messages: parseMessages(document, { brokenMessages, common, scope }, problems) },
    location: locate(document, []),
  };
}

/** Reads the source, and reports problems of the map once, not for each row. */
function parseSource(
  document: ManifestDocument,
  input: SourceInput,
  {
    common: { defaults, ...common },
    scope,
    root,
  }: { readonly common: ManifestContext; readonly scope: Scope; readonly root: string },
  problems: ProblemCollector,
): SourceOptions | undefined {
  const before = problems.errors;
  const source = resolveSource(document, input, root, problems);
  const delay = buildDelay(defaults?.delay_seconds, scope, problemReporter(document, ["defaults"], problems));
  const { map } = input;
  const variables = new Map<string, LookupResult>();
  if (map) {
    const onLookup = (name: string, found: LookupResult) => variables.set(name, found);
    const trial: Scope = { ...scope, pending: ["row", "index"], onLookup };
    const path = ["source", "map"];
    const onProblem = problemReporter(document, path, problems);
    buildMessage(map, { ...common, defaults, schemas: [] }, trial, locate(document, path), onProblem);
    if (document.isValid && problems.errors === before) lintInput(map, { ...common, defaults, isMap: true }, onProblem);
  }
  if (source === undefined || problems.errors > before) return undefined;
  const { delay_seconds: _, ...rest } = defaults ?? {};
  const settled = { ...rest, ...(delay === undefined ? {} : { delay_seconds: delay }) };
  return {
    root,
    source,
    location: locate(document, ["source", "file"]),
    map,
    scope,
    manifest: { ...common, defaults: settled },
    // Ids have to be unique in the whole file, and other modes have a digest of it.
    isResumable: source.hasIndependentLines && common.push === "once" && map?.id === undefined,
    context: () =>
      describeContext({ document, defaults: settled, variables, schemas: common.schemas.map(({ digest }) => digest) }),
  };
}
