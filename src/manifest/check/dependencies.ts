import type { SourceLocation } from "../../types.ts";
import type { ManifestInput } from "../manifest-input.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { createProblem, formatLocation, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { locate } from "../yaml/source-location.ts";

/** The name of another manifest, with its location. */
interface Reference {
  readonly name: string;
  readonly location: SourceLocation;
}

/** The references of a manifest to others. */
export interface ManifestReferences {
  readonly name: string;
  readonly location: SourceLocation;
  readonly after: readonly Reference[];
  readonly movedFrom: readonly Reference[];
}

export function collectReferences(document: ManifestDocument, name: string): ManifestReferences {
  const { after = [], moved_from = [] } = document.value as unknown as ManifestInput;
  const mentions = (key: string, names: readonly string[]) =>
    names.map((each, index) => ({ name: each.normalize("NFC"), location: locate(document, [key, index]) }));
  return {
    name,
    location: locate(document, []),
    after: mentions("after", after),
    movedFrom: mentions("moved_from", moved_from),
  };
}

/** The names that manifests can refer to. */
export interface KnownManifests {
  readonly names: ReadonlyMap<string, SourceLocation>;
  /** The names of manifests that do not match the schema, but exist. */
  readonly broken: ReadonlySet<string>;
  /** Whether the list is complete, so that any other name is an error. */
  readonly complete: boolean;
}

/**
 * Checks the references between manifests, after all of them were read.
 *
 * @returns the names of the manifests with problems
 */
export function checkReferences(
  all: readonly ManifestReferences[],
  known: KnownManifests,
  problems: ProblemCollector,
): ReadonlySet<string> {
  const invalid = new Set<string>();
  const onProblem: typeof problems.add = (found) => problems.add(found);
  const former = new Map<string, ManifestReferences>();
  for (const references of all) {
    const before = problems.errors;
    if (known.complete) checkAfter(references, known, before < maxSuggestions, onProblem);
    checkFormerNames(references, known.names, former, onProblem);
    if (problems.errors > before) invalid.add(references.name);
  }
  for (const cycle of findCycles(all)) {
    const [{ related: references, at }] = cycle;
    const path = [...cycle.map((step) => step.related.name), references.name].map(quote).join(" after ");
    const what = cycle.length === 1 ? "the manifest waits for itself" : `manifests wait for each other: ${path}`;
    onProblem(createProblem("AFTER_CYCLE", at, what, 'Remove one of these names from its "after".'));
    for (const step of cycle) invalid.add(step.related.name);
  }
  return invalid;
}

/** Maximum errors with a suggestion, which needs a comparison with all names. */
const maxSuggestions = 1_000;

function checkAfter(
  { after }: ManifestReferences,
  { names, broken }: KnownManifests,
  suggest: boolean,
  onProblem: ProblemCollector["add"],
): void {
  for (const { name, location } of after) {
    if (names.has(name) || broken.has(name)) continue;
    const next = `Write the name of a manifest: its "name", or its path under the folder without the extension.${suggest ? didYouMean(name, [...names.keys()]) : ""}`;
    onProblem(createProblem("AFTER_UNKNOWN", location, `the manifest ${quote(name)} does not exist`, next));
  }
}

/** Checks former names: only one manifest can take over a ledger. */
function checkFormerNames(
  references: ManifestReferences,
  names: ReadonlyMap<string, SourceLocation>,
  former: Map<string, ManifestReferences>,
  onProblem: ProblemCollector["add"],
): void {
  for (const { name, location } of references.movedFrom) {
    const owner = name === references.name ? undefined : names.get(name);
    const takenBy = former.get(name);
    former.set(name, references);
    if (name === references.name) {
      onProblem(
        createProblem("MOVED_FROM_TAKEN", location, `${quote(name)} is this manifest's own name`, "Remove it here."),
      );
    } else if (owner !== undefined) {
      const what = `the manifest at ${formatLocation(owner)} has the name ${quote(name)}`;
      onProblem(
        createProblem("MOVED_FROM_TAKEN", location, what, "Remove it here, or give the other manifest another name."),
      );
    } else if (takenBy !== undefined) {
      const what = `the manifest at ${formatLocation(takenBy.location)} also lists the former name ${quote(name)}`;
      onProblem(
        createProblem(
          "MOVED_FROM_TAKEN",
          location,
          what,
          "Only one of them can take over the ledger: remove it in the other.",
        ),
      );
    }
  }
}

interface Step {
  readonly related: ManifestReferences;
  /** The location of the reference to the next one. */
  readonly at: SourceLocation;
}

type Cycle = readonly [Step, ...Step[]];

/** Finds one cycle for each reference that closes one: without these references, there is no cycle. */
function findCycles(all: readonly ManifestReferences[]): Cycle[] {
  const byName = new Map(all.map((references) => [references.name, references]));
  const done = new Set<ManifestReferences>();
  const cycles: Cycle[] = [];
  for (const start of all) {
    // An explicit stack, because chains may have thousands of manifests.
    const path: { readonly related: ManifestReferences; next: number }[] = [{ related: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path.at(-1);
      if (top === undefined) break;
      const mention = done.has(top.related) ? undefined : top.related.after[top.next++];
      if (mention === undefined) {
        done.add(top.related);
        onPath.delete(top.related);
        path.pop();
        continue;
      }
      const next = byName.get(mention.name);
      if (next === undefined || done.has(next)) continue;
      if (!onPath.has(next)) {
        path.push({ related: next, next: 0 });
        onPath.add(next);
        continue;
      }
      const from = path.findIndex(({ related: references }) => references === next);
      const steps = path.slice(from).map(({ related: references, next: after }) => ({
        related: references,
        at: references.after[after - 1]?.location ?? references.location,
      }));
      const [first, ...rest] = steps;
      if (first) cycles.push([first, ...rest]);
    }
  }
  return cycles;
}
