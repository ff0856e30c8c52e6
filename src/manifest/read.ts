import type { InDoubtPolicy, Manifest } from "../types.ts";
import { buildDelay, buildMessage, type Common } from "./build.ts";
import type { Problems } from "./collect.ts";
import type { ManifestDocument } from "./document.ts";
import { lintWritten } from "./lint-written.ts";
import { placeOf } from "./locate.ts";
import { readMessages, teller } from "./messages.ts";
import { formerNames, nameOf } from "./name.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import type { SourceReading } from "./source/messages.ts";
import { resolveSource } from "./source/spec.ts";
import { createStamper } from "./stamp.ts";
import type { Scope, Variables } from "./variables.ts";
import type { Written, WrittenSource } from "./written.ts";

/** What is the same for all manifests that are read together. */
export interface ReadContext {
  readonly root: string;
  readonly folder: string;
  readonly stack: string | undefined;
  readonly variables: Variables;
  /** Of manifests that do not say it. */
  readonly inDoubt: InDoubtPolicy;
}

/** A manifest whose data file is still closed. */
export type ReadManifest = Omit<Manifest, "content"> & {
  readonly content: Extract<Manifest["content"], { kind: "inline" }> | SourceReading | undefined;
};

/**
 * Turns a document of the right form into a manifest; what its messages have against them goes to `problems`.
 *
 * @param broken indexes of messages that are left out, because they do not have the right form
 */
export function readManifest(
  document: ManifestDocument,
  broken: ReadonlySet<number>,
  context: ReadContext,
  schemas: readonly BodySchema[],
  problems: Problems,
): ReadManifest {
  const written = document.value as unknown as Written;
  const { stack, variables } = context;
  const scope: Scope = { stack, variables, env: written.env ?? [], local: {} };
  const { source, defaults, requires, dedup_field } = written;
  const push = written.push ?? "once";
  const name = nameOf(document, context.folder);
  const common: Common = {
    push,
    defaults,
    schemas,
    // Of what is not JSON there is no digest.
    stamper: dedup_field !== undefined && document.sound ? createStamper(dedup_field) : undefined,
  };
  return {
    name,
    queue: written.queue,
    push,
    inDoubt: written.in_doubt ?? context.inDoubt,
    stacks: written.stacks,
    after: (written.after ?? []).map((each) => each.normalize("NFC")),
    requires: {
      consumer: requires?.consumer ?? false,
      notPaused: requires?.not_paused ?? false,
      maxBacklog: requires?.max_backlog,
    },
    dedupField: dedup_field,
    formerNames: formerNames(name, written.moved_from ?? []),
    formerNamesAt: placeOf(document, written.moved_from === undefined ? [] : ["moved_from"]),
    content: source
      ? readSource(document, source, common, scope, context.root, problems)
      : { kind: "inline", messages: readMessages(document, written.messages ?? [], common, broken, scope, problems) },
    location: placeOf(document, []),
  };
}

/** What is wrong with the map is told once at its place, not for each row. */
function readSource(
  document: ManifestDocument,
  written: WrittenSource,
  { defaults, ...common }: Common,
  scope: Scope,
  root: string,
  problems: Problems,
): SourceReading | undefined {
  const before = problems.errors;
  const source = resolveSource(document, written, root, problems);
  const delay = buildDelay(defaults?.delay_seconds, scope, teller(document, ["defaults"], problems));
  const { map } = written;
  if (map) {
    const trial: Scope = { ...scope, pending: ["row", "index"] };
    const path = ["source", "map"];
    const tell = teller(document, path, problems);
    buildMessage(map, { ...common, defaults, schemas: [] }, trial, placeOf(document, path), tell);
    if (document.sound && problems.errors === before) lintWritten(map, { ...common, defaults, isMap: true }, tell);
  }
  if (source === undefined || problems.errors > before) return undefined;
  const { delay_seconds: _, ...rest } = defaults ?? {};
  const settled = { ...rest, ...(delay === undefined ? {} : { delay_seconds: delay }) };
  return {
    root,
    source,
    place: placeOf(document, ["source", "file"]),
    map,
    scope,
    common: { ...common, defaults: settled },
  };
}
