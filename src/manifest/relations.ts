import type { SourceLocation } from "../types.ts";
import type { Problems } from "./collect.ts";
import type { ManifestDocument } from "./document.ts";
import { placeOf } from "./locate.ts";
import { formatPlace, problem, quote } from "./problem.ts";
import { didYouMean } from "./suggest.ts";
import type { Written } from "./written.ts";

/** Another manifest's name, and where it is written. */
interface Mention {
  readonly name: string;
  readonly place: SourceLocation;
}

/** What a manifest says of others. */
export interface Related {
  readonly name: string;
  readonly place: SourceLocation;
  readonly after: readonly Mention[];
  readonly movedFrom: readonly Mention[];
}

export function relationsOf(document: ManifestDocument, name: string): Related {
  const { after = [], moved_from = [] } = document.value as unknown as Written;
  const mentions = (key: string, names: readonly string[]) =>
    names.map((each, index) => ({ name: each.normalize("NFC"), place: placeOf(document, [key, index]) }));
  return {
    name,
    place: placeOf(document, []),
    after: mentions("after", after),
    movedFrom: mentions("moved_from", moved_from),
  };
}

/** The names that manifests can mention. */
export interface Known {
  readonly names: ReadonlyMap<string, SourceLocation>;
  /** Of manifests that do not have the form of one; they are there all the same. */
  readonly broken: ReadonlySet<string>;
  /** Whether these are all, so that a name that is missing is wrong. */
  readonly complete: boolean;
}

/**
 * Checks what manifests say of each other, once all of them were read.
 *
 * @returns names of the manifests that have something against them
 */
export function checkRelations(all: readonly Related[], known: Known, problems: Problems): ReadonlySet<string> {
  const faulty = new Set<string>();
  const tell: typeof problems.add = (found) => problems.add(found);
  const former = new Map<string, Related>();
  for (const related of all) {
    const before = problems.errors;
    if (known.complete) checkAfter(related, known, before < suggesting, tell);
    checkMoved(related, known.names, former, tell);
    if (problems.errors > before) faulty.add(related.name);
  }
  for (const cycle of findCycles(all)) {
    const [{ related, at }] = cycle;
    const path = [...cycle.map((step) => step.related.name), related.name].map(quote).join(" after ");
    const what = cycle.length === 1 ? "the manifest waits for itself" : `manifests wait for each other: ${path}`;
    tell(problem("AFTER_CYCLE", at, what, 'Remove one of these names from its "after".'));
    for (const step of cycle) faulty.add(step.related.name);
  }
  return faulty;
}

/** Errors up to which names are compared with all others: beyond them nobody reads what was meant. */
const suggesting = 1_000;

function checkAfter({ after }: Related, { names, broken }: Known, suggest: boolean, tell: Problems["add"]): void {
  for (const { name, place } of after) {
    if (names.has(name) || broken.has(name)) continue;
    const next = `Write the name of a manifest: its "name", or its path under the folder without its ending.${suggest ? didYouMean(name, [...names.keys()]) : ""}`;
    tell(problem("AFTER_UNKNOWN", place, `there is no manifest ${quote(name)}`, next));
  }
}

/** A ledger has one heir. */
function checkMoved(
  related: Related,
  names: ReadonlyMap<string, SourceLocation>,
  former: Map<string, Related>,
  tell: Problems["add"],
): void {
  for (const { name, place } of related.movedFrom) {
    const owner = name === related.name ? undefined : names.get(name);
    const heir = former.get(name);
    former.set(name, related);
    if (name === related.name) {
      tell(problem("MOVED_FROM_TAKEN", place, `${quote(name)} is this manifest's own name`, "Remove it here."));
    } else if (owner !== undefined) {
      const what = `the manifest at ${formatPlace(owner)} has the name ${quote(name)}`;
      tell(problem("MOVED_FROM_TAKEN", place, what, "Remove it here, or give the other manifest another name."));
    } else if (heir !== undefined) {
      const what = `the manifest at ${formatPlace(heir.place)} says that it was named ${quote(name)} too`;
      tell(
        problem("MOVED_FROM_TAKEN", place, what, "Only one of them can have what was pushed: remove it in the other."),
      );
    }
  }
}

interface Step {
  readonly related: Related;
  /** Where it names the next one. */
  readonly at: SourceLocation;
}

type Cycle = readonly [Step, ...Step[]];

/** A cycle for each mention that closes one: with all of these taken out, none is left. */
function findCycles(all: readonly Related[]): Cycle[] {
  const byName = new Map(all.map((related) => [related.name, related]));
  const done = new Set<Related>();
  const cycles: Cycle[] = [];
  for (const start of all) {
    // A stack of its own: manifests may wait in a row of thousands.
    const path: { readonly related: Related; next: number }[] = [{ related: start, next: 0 }];
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
      const from = path.findIndex(({ related }) => related === next);
      const steps = path.slice(from).map(({ related, next: after }) => ({
        related,
        at: related.after[after - 1]?.place ?? related.place,
      }));
      const [first, ...rest] = steps;
      if (first) cycles.push([first, ...rest]);
    }
  }
  return cycles;
}
