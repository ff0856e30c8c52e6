import { setTimeout as sleep } from "node:timers/promises";
import { toObject } from "../src/json-object.ts";
import { resolveDeliveryNumber } from "../src/lifecycle/delivery-number.ts";
import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import { parseOutputs } from "../src/lifecycle/state/parse-outputs.ts";
import type { SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import { decodeSourceRecord, LedgerError, type SourceRecord } from "../src/plan/index.ts";
import { dataFileType, isOwnSegment, parseSegmentName, parseUrn, segmentType } from "../src/urn.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { currentMonitor, readStackResources } from "./pulumi-internals/stack-resources.ts";
import type { QueueTarget } from "./segment-resource.ts";

/** The recorded outputs of a segment, from the last run. */
export interface RecordedSegment {
  /** Name of the segment's resource. */
  readonly name: string;
  readonly urn: string;
  readonly outputs: SegmentOutputs;
}

/** The resources of the stack that decisions need. */
interface RecordedResources {
  readonly segments: readonly RecordedSegment[];
  readonly sources: readonly SourceRecord[];
}

/**
 * Cached reads by the monitor of the run: the Automation API may run several inline programs in one process, one after the other
 * or concurrently.
 */
const reads = new WeakMap<object, Promise<RecordedResources>>();

/**
 * Reads the stack's own segments from the Pulumi state. A provider only receives one resource at a time, but some decisions need
 * all segments of a manifest. The state is read once per run and cached. Call this before segments are registered: a segment that
 * the run has already changed is returned with its changes.
 *
 * @throws pulumi.RunError STATE_UNREADABLE
 */
export async function readRecordedSegments(): Promise<readonly RecordedSegment[]> {
  return (await readOnce()).segments;
}

/**
 * Reads which data files the stack's manifests had, with their segments; see {@link readRecordedSegments}. Without the state, files
 * are parsed, which leads to the same segments.
 */
export async function readRecordedSources(): Promise<readonly SourceRecord[]> {
  try {
    return (await readOnce()).sources;
  } catch (error) {
    if (error instanceof pulumi.RunError) return [];
    throw error;
  }
}

function readOnce(): Promise<RecordedResources> {
  const monitor = currentMonitor();
  const before = monitor && reads.get(monitor);
  if (before !== undefined) return before;
  const read = readResources();
  if (monitor !== undefined) reads.set(monitor, read);
  return read;
}

/** Retries, since Pulumi may be writing the state: a file backend does not write its two files atomically. */
const attempts = 5;
const pauseMs = 200;

async function readResources(): Promise<RecordedResources> {
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const resources = await readStackResources();
        return { segments: parseSegments(resources), sources: parseSources(resources) };
      } catch (error) {
        if (attempt === attempts) throw unreadableSegment(error);
        await sleep(pauseMs);
      }
    }
  } finally {
    done();
  }
}

function parseSegments(resources: unknown): readonly RecordedSegment[] {
  return Object.entries(toObject(resources)).flatMap(([urn, resource]) => {
    const { type, outputs } = toObject(resource);
    return type === segmentType ? readSegment(urn, outputs) : [];
  });
}

/** Skips a segment that never finished, which has only inputs, and one of another version, which the provider refuses. */
function readSegment(urn: string, outputs: unknown): readonly RecordedSegment[] {
  try {
    return [{ name: parseUrn(urn).name, urn, outputs: parseOutputs(outputs, urn) }];
  } catch (error) {
    if (error instanceof LedgerError) return [];
    throw error;
  }
}

function parseSources(resources: unknown): readonly SourceRecord[] {
  return Object.values(toObject(resources)).flatMap((resource) => {
    const { type, outputs } = toObject(resource);
    return type === dataFileType ? (decodeSourceRecord(toObject(outputs).source) ?? []) : [];
  });
}

function unreadableSegment(error: unknown): pulumi.RunError {
  const why = error instanceof Error ? error.message : String(error);
  return new pulumi.RunError(
    `STATE_UNREADABLE: Pulumi cannot read the state of this stack, which records what earlier runs pushed: ${why}. ` +
      "Nothing was pushed. Run it again. If it fails again, `pulumi stack export` shows the reason.",
  );
}

/**
 * Returns the latest run of a segment, "" if it has none, undefined if the segment is not in the state. Unlike its name, the
 * deployment survives a rename.
 */
export function findRecordedRun(deployment: pulumi.Input<string>, segment: number): pulumi.Output<string | undefined> {
  return pulumi.all([deployment, readRecordedSegments()]).apply(([id, all]) => {
    const found = all.find(({ outputs }) => outputs.deployment === id && outputs.segment === segment);
    return found && (found.outputs.runs[0] ?? "");
  });
}

/** Identifies a manifest in the state, and its queue. */
interface SegmentIdentity extends QueueTarget {
  /** The name of its resource, followed by its former names. */
  readonly names: readonly string[];
  readonly deployment: pulumi.Output<string>;
}

/** Returns the number of the delivery that this run makes of a data file with several segments; see `resolveDeliveryNumber`. */
export function resolveSharedDelivery(
  segments: readonly PlannedSegment[],
  { accountId, queueId, names, deployment }: SegmentIdentity,
): pulumi.Output<number> {
  return pulumi.all([accountId, queueId, readRecordedSegments()]).apply(([accountId, queueId, all]) => {
    const queue = { accountId, queueId };
    const byName = segments.map(({ segment }) => findByName(all, names, segment));
    if (byName.some((each) => each !== undefined)) return pulumi.output(resolveDeliveryNumber(segments, byName, queue));
    // After a rename of a component the names differ, and in a preview the deployment may be unknown.
    return deployment.apply((id) => {
      const own = all.map(({ outputs }) => outputs).filter((outputs) => outputs.deployment === id);
      const recorded = segments.map(({ segment }) => own.find((each) => each.segment === segment));
      return resolveDeliveryNumber(segments, recorded, queue);
    });
  });
}

/**
 * Returns the segments in the state that have one of a manifest's names, in any order.
 *
 * @param isOwn whether the program deploys the manifest outside of any component
 */
export function segmentsNamed(
  all: readonly RecordedSegment[],
  names: readonly string[],
  isOwn: boolean,
): readonly SegmentOutputs[] {
  return all.flatMap(({ name, urn, outputs }) =>
    names.includes(parseSegmentName(name).manifest) && isOwnSegment(urn) === isOwn ? [outputs] : [],
  );
}

function findByName(
  all: readonly RecordedSegment[],
  names: readonly string[],
  segment: number,
): SegmentOutputs | undefined {
  for (const name of names) {
    const [found, another] = all.filter((each) => each.name === `${name}/${segment}`);
    if (found !== undefined && another === undefined) return found.outputs;
  }
  return undefined;
}
