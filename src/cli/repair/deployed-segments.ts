import type { RecordedSegment } from "../../engine/read-state.ts";
import { didYouMean } from "../../manifest/index.ts";
import { urns } from "../../urn.ts";
import { UsageError } from "../../usage-error.ts";
import type { StackSnapshot } from "../shared/deployment/stack-snapshot.ts";

/** One deployment of a manifest, by the program itself or by one of its components. Each has its own ledger. */
export interface DeployedSegment {
  /** Name of its resource, as shown by `status`. */
  readonly name: string;
  /** The current name of the manifest in the repository. */
  readonly manifest: string;
  /** The URN of its segments without `/` and the segment's number. */
  readonly segments: string;
  /** Numbers of the segments that have a ledger. */
  readonly recorded: readonly number[];
  /** Number of segments that the manifest has; undefined if only the program can determine the files. */
  readonly present: number | undefined;
}

type Known = Pick<StackSnapshot, "stack" | "loaded" | "state"> & {
  readonly config: Pick<StackSnapshot["config"], "project">;
};

/** Lists all manifests that are deployed or can be deployed. */
export function findDeployedSegments({ stack, config, loaded, state }: Known): readonly DeployedSegment[] {
  const byUrn = new Map<string, DeployedSegment>();
  const deployed = new Set<string>();
  for (const segment of state.kind === "read" ? state.state.segments : []) {
    const entry = toDeployedSegment(segment, loaded);
    const known = byUrn.get(entry.segments);
    const recorded = [...new Set([...(known?.recorded ?? []), segment.outputs.segment])];
    byUrn.set(entry.segments, { ...entry, recorded });
    if (segment.origin !== "values") deployed.add(entry.manifest);
  }
  for (const manifest of loaded.manifests) {
    const { name } = manifest;
    if (deployed.has(name)) continue;
    const segments = urns.segment(stack.short, config.project, name);
    const present = loaded.segmentsOf(manifest).length;
    byUrn.set(segments, { name, manifest: name, segments, recorded: [], present });
  }
  return [...byUrn.values()];
}

/** Converts a recorded segment to the deployment in the next run, using the manifest's current name. */
function toDeployedSegment(
  { name, urn, manifest: before, outputs: { segment }, origin }: RecordedSegment,
  loaded: StackSnapshot["loaded"],
): Omit<DeployedSegment, "recorded"> {
  const found =
    origin === "values"
      ? undefined
      : (loaded.manifests.find((each) => each.name === before) ??
        loaded.manifests.find(({ formerNames }) => formerNames.includes(before)));
  const manifest = found?.name ?? before;
  const now = (text: string) => text.slice(0, -`${before}/${segment}`.length) + manifest;
  // The files of a component may be outside messages/.
  const present = origin !== "manifest" ? undefined : found === undefined ? 0 : loaded.segmentsOf(found).length;
  return { name: now(name), manifest, segments: now(urn), present };
}

/**
 * Finds a deployment by the name of its resource, or else by the manifest's name if it is unambiguous.
 *
 * @throws UsageError if there is none, or more than one
 */
export function findByName(name: string, deployed: readonly DeployedSegment[], stack: string): DeployedSegment {
  // A terminal may send accents in another Unicode normalization form than the manifest's name uses.
  const isMeant = (each: string) => each.normalize("NFC") === name.normalize("NFC");
  const exact = deployed.filter((each) => isMeant(each.name));
  const [found, ...others] = exact.length > 0 ? exact : deployed.filter(({ manifest }) => isMeant(manifest));
  if (found === undefined) {
    const names = [...new Set(deployed.map((each) => each.name))];
    const known = names.length === 0 ? "It has none." : `It has ${names.join(", ")}.`;
    throw new UsageError(`${stack} has no manifest ${JSON.stringify(name)}. ${known}${didYouMean(name, names)}`);
  }
  if (others.length > 0) {
    const next =
      exact.length > 0
        ? "A manifest and a component have the same name; rename one of them."
        : `Name one of them: ${[found, ...others].map((each) => each.name).join(", ")}.`;
    throw new UsageError(
      `${stack} has ${JSON.stringify(name)} ${others.length + 1} times, each with its own ledger. ${next}`,
    );
  }
  return found;
}
