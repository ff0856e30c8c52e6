import type { RecordedSegment } from "../../engine/read-state.ts";
import { urns } from "../../engine/urn.ts";
import { didYouMean } from "../../manifest/index.ts";
import { UsageError } from "../../usage-error.ts";
import type { StackSnapshot } from "../shared/deployment/stack-snapshot.ts";

/** Where a manifest is deployed: by the whole program, or by a component of it. Each has a ledger of its own. */
export interface DeployedSegment {
  /** Of its resource, as `status` has it. */
  readonly name: string;
  /** The manifest's own name, as the repository has it now. */
  readonly manifest: string;
  /** The URN of each segment, up to its number. */
  readonly segments: string;
  /** Numbers of the segments that have a ledger. */
  readonly recorded: readonly number[];
  /** Whether the engine knows it under this name. */
  readonly registered: boolean;
  /** How many segments the next run has; undefined: only the program knows the files. */
  readonly present: number | undefined;
}

type Known = Pick<StackSnapshot, "stack" | "loaded" | "state"> & {
  readonly config: Pick<StackSnapshot["config"], "project">;
};

/** All manifests that are deployed, or can be. */
export function findDeployedSegments({ stack, config, loaded, state }: Known): readonly DeployedSegment[] {
  const places = new Map<string, DeployedSegment>();
  const deployed = new Set<string>();
  for (const segment of state.kind === "read" ? state.state.segments : []) {
    const location = toDeployedSegment(segment, loaded);
    const known = places.get(location.segments);
    const recorded = [...new Set([...(known?.recorded ?? []), segment.outputs.segment])];
    places.set(location.segments, {
      ...location,
      recorded,
      registered: location.registered || known?.registered === true,
    });
    if (segment.origin !== "values") deployed.add(location.manifest);
  }
  for (const manifest of loaded.manifests) {
    const { name } = manifest;
    if (deployed.has(name)) continue;
    const segments = urns.segment(stack.short, config.project, name);
    const present = loaded.segmentsOf(manifest).length;
    places.set(segments, { name, manifest: name, segments, recorded: [], registered: false, present });
  }
  return [...places.values()];
}

/** Where the next run has a segment: under the name that its manifest has by then. */
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
  // The files of a component may lie anywhere.
  const present = origin !== "manifest" ? undefined : found === undefined ? 0 : loaded.segmentsOf(found).length;
  return { name: now(name), manifest, segments: now(urn), registered: manifest === before, present };
}

/**
 * The place that is meant: by the name of its resource or, where that is clear, by the manifest's.
 *
 * @throws UsageError where there is none, or several
 */
export function findByName(name: string, places: readonly DeployedSegment[], stack: string): DeployedSegment {
  // A terminal may send accents in another way than the manifest's name has them.
  const isMeant = (each: string) => each.normalize("NFC") === name.normalize("NFC");
  const exact = places.filter((location) => isMeant(location.name));
  const [place, ...others] = exact.length > 0 ? exact : places.filter(({ manifest }) => isMeant(manifest));
  if (place === undefined) {
    const names = [...new Set(places.map((each) => each.name))];
    const known = names.length === 0 ? "It has none." : `It has ${names.join(", ")}.`;
    throw new UsageError(`${stack} has no manifest ${JSON.stringify(name)}. ${known}${didYouMean(name, names)}`);
  }
  if (others.length > 0) {
    const next =
      exact.length > 0
        ? "A manifest and a component are called the same; give one of them another name."
        : `Name one of them: ${[place, ...others].map((each) => each.name).join(", ")}.`;
    throw new UsageError(
      `${stack} has ${JSON.stringify(name)} ${others.length + 1} times, with a ledger each. ${next}`,
    );
  }
  return place;
}
