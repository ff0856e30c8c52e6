import { stackOptions } from "../../../config/stack-config.ts";
import type { PreviewedResource } from "../../../engine/preview.ts";
import { type StackState, StateError, secretId } from "../../../engine/read-state.ts";
import { type LoadedSegments, loadSegments } from "../../../lifecycle/source/load-segments.ts";
import { decodeSegment } from "../../../lifecycle/state/encoded-segment.ts";
import type { SegmentInputs, Unresolved } from "../../../lifecycle/state/segment.ts";
import { isUnknown } from "../../../lifecycle/state/unknown.ts";
import { createMessageSegment } from "../../../plan/index.ts";
import type { Manifest } from "../../../types.ts";
import { isOwnSegment, parseSegmentName, parseUrn, segmentType } from "../../../urn.ts";
import { createMessageReader } from "./read-messages.ts";
import {
  type ManifestSnapshot,
  type SegmentSnapshot,
  toManifestSnapshot,
  toSegmentSnapshot,
} from "./segment-snapshots.ts";
import type { StackSnapshot } from "./stack-snapshot.ts";

/** The properties of a manifest that a plan uses, apart from its messages. */
export type ManifestTerms = Pick<
  Manifest,
  "name" | "location" | "queue" | "push" | "inDoubt" | "requires" | "after" | "dedupField"
>;

/** A manifest and its segments, as the next run deploys them. */
export interface DeployedManifest extends ManifestSnapshot {
  readonly terms: ManifestTerms;
  /** Messages that are only known during the run; undefined if there are none. */
  readonly unresolved: Unresolved | undefined;
}

/**
 * Lists everything that the next run deploys, from Pulumi's preview if there is one, since it includes what the program itself
 * registers; otherwise from the manifests of the repository.
 */
export async function deployedManifests(
  snapshot: StackSnapshot,
  state: StackState,
): Promise<readonly DeployedManifest[]> {
  const { loaded, preview } = snapshot;
  if (preview?.kind !== "made") {
    return loaded.manifests.map((terms) => ({
      ...toManifestSnapshot(terms, snapshot, state),
      terms,
      unresolved: undefined,
    }));
  }
  const groups = new Map<string, PreviewedResource[]>();
  for (const resource of preview.resources) {
    if (resource.type !== segmentType || resource.change === "delete") continue;
    const manifest = parseSegmentName(resource.urn).manifest;
    groups.set(manifest, [...(groups.get(manifest) ?? []), resource]);
  }
  const found = await findManifests([...groups.values()].flat(), snapshot, state);
  const order = new Map(loaded.manifests.map(({ name }, index) => [name, index]));
  return [...groups.values()]
    .map((segments) => deployedManifest(segments, found, snapshot, state))
    .sort((a, b) => (order.get(a.terms.name) ?? order.size) - (order.get(b.terms.name) ?? order.size));
}

function deployedManifest(
  resources: readonly PreviewedResource[],
  found: readonly Manifest[],
  snapshot: StackSnapshot,
  state: StackState,
): DeployedManifest {
  const sorted = resources
    .map((resource) => ({ resource, inputs: readInputs(resource) }))
    .sort((a, b) => a.inputs.segment - b.inputs.segment);
  const [{ resource, inputs: first } = neverEmpty()] = sorted;
  const manifest = found.find(({ name, location }) => name === first.manifest && location.file === first.file);
  const messagesFrom = manifest && createMessageReader(manifest);
  const segments = sorted.map(({ resource: { change, recordedAs }, inputs }): SegmentSnapshot => {
    const recorded = state.segments.find(({ urn }) => urn === recordedAs);
    return toSegmentSnapshot(
      withKeys(inputs, manifest),
      recorded && { ...recorded, replaced: change === "replace" },
      messagesFrom,
      snapshot,
    );
  });
  const name = isOwnSegment(resource.urn) ? first.manifest : parseSegmentName(parseUrn(resource.urn).name).manifest;
  return { terms: toTerms(name, first, manifest), segments, messagesFrom, unresolved: first.unresolved };
}

function toTerms(name: string, inputs: SegmentInputs, manifest: Manifest | undefined): ManifestTerms {
  const { queue, mode: push, inDoubtPolicy: inDoubt, requires } = inputs;
  return {
    name,
    queue,
    push,
    inDoubt,
    requires: requires ?? { consumer: false, notPaused: false, maxBacklog: undefined },
    location: manifest?.location ?? { file: "Pulumi.yaml", line: 1, column: 1 },
    after: manifest?.after ?? [],
    dedupField: manifest?.dedupField,
  };
}

/**
 * Adds the keys of the messages, which the inputs in the state leave out unless the program passes the messages. If the file changed
 * since the preview, the run refuses its messages.
 */
function withKeys(inputs: SegmentInputs, manifest: Manifest | undefined): SegmentInputs {
  if (inputs.content.kind !== "messages" || "keys" in inputs.content) return inputs;
  if (manifest?.content.kind !== "inline") {
    throw new StateError(`the manifest ${inputs.manifest} of the preview is no longer in ${inputs.file}. Plan again.`);
  }
  return { ...inputs, content: createMessageSegment(manifest.content.messages).content };
}

/**
 * Reads the inputs of a segment. Ids that Pulumi does not know yet become "".
 *
 * @throws StateError if an id is a secret in Pulumi
 */
function readInputs({ urn, inputs }: PreviewedResource): SegmentInputs {
  const known = decodeSegment(inputs) as unknown as SegmentInputs;
  const id = (value: string) => {
    if (value === "[secret]") throw secretId(urn);
    return isUnknown(value) ? "" : value;
  };
  return { ...known, queueId: id(known.queueId), accountId: id(known.accountId), resourceUrn: urn };
}

/** Finds the manifests of segments: those of the repository, and those in files that only components use. */
async function findManifests(
  segments: readonly PreviewedResource[],
  snapshot: StackSnapshot,
  state: StackState,
): Promise<readonly Manifest[]> {
  const { manifests } = snapshot.loaded;
  const known = new Set(manifests.map(({ location }) => location.file));
  const files = new Set(segments.map((segment) => readInputs(segment).file));
  const others = [...files].filter((file) => file !== "" && !known.has(file));
  return others.length === 0 ? manifests : [...manifests, ...(await loadOthers(snapshot, state, others)).manifests];
}

function loadOthers(
  { root, stack }: StackSnapshot,
  { sources }: StackState,
  files: readonly string[],
): Promise<LoadedSegments> {
  const { queues: _, ...options } = stackOptions(root, stack.short).options;
  return loadSegments({ root, ...options, files, recordedSources: async () => sources });
}

function neverEmpty(): never {
  throw new Error("a group has the segment that it was made for");
}
