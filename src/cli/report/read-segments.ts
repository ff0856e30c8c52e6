import { findVersionMismatch } from "../../document-version.ts";
import { isTexts, type JsonObject, toObject } from "../../json-object.ts";
import { decodeSegment } from "../../lifecycle/state/encoded-segment.ts";
import { type LastPush, outputsVersion } from "../../lifecycle/state/segment.ts";
import { segmentType } from "../../urn.ts";
import type { Version, VersionSegment } from "./model.ts";

/**
 * Reads the segments from an exported state or from a checkpoint in the history. It counts the segments of other versions of
 * queue-seeder and leaves them out, like unreadable ones: nothing is decided based on a report.
 */
export function readSegments(state: unknown): Pick<Version, "segments" | "skipped"> {
  const { deployment, checkpoint } = toObject(state);
  const { resources } = toObject(deployment ?? toObject(checkpoint).latest);
  if (!Array.isArray(resources)) return { segments: [], skipped: 0 };
  const own = resources
    .map(toObject)
    .filter(({ type, delete: replaced }) => type === segmentType && replaced !== true)
    .map(({ urn, outputs }) => ({ name: String(urn), outputs: decodeSegment(toObject(outputs)) }));
  const readable = own.filter(({ outputs }) => findVersionMismatch(outputs.version, outputsVersion) === undefined);
  return {
    segments: readable.flatMap(({ name, outputs }) => toSegment(name, outputs)),
    skipped: own.length - readable.length,
  };
}

function toSegment(name: string, outputs: JsonObject): readonly VersionSegment[] {
  const { queue, manifest, inDoubt, inDoubtMessages, metrics, metricsAt } = outputs;
  const lastPush = toPush(toObject(outputs.lastPush));
  if (typeof queue !== "string" || typeof manifest !== "string" || lastPush === undefined) return [];
  const queueMetrics = toMetrics(toObject(metrics));
  return [
    {
      name,
      queue,
      manifest,
      inDoubt: numberOr0(inDoubt),
      ...(isTexts(inDoubtMessages) && { inDoubtMessages }),
      lastPush,
      ...(queueMetrics !== undefined && typeof metricsAt === "string" && { metrics: queueMetrics, metricsAt }),
    },
  ];
}

function toPush({ pushed, requests, possibleDuplicates, at, commit, by, plan }: JsonObject): LastPush | undefined {
  if (typeof pushed !== "number" || typeof at !== "string") return undefined;
  return {
    pushed,
    requests: numberOr0(requests),
    ...(isTexts(possibleDuplicates) && { possibleDuplicates }),
    at,
    ...(typeof commit === "string" && { commit }),
    ...(typeof by === "string" && { by }),
    ...(typeof plan === "string" && { plan }),
  };
}

function toMetrics({
  backlog_count,
  backlog_bytes,
  oldest_message_timestamp_ms,
}: JsonObject): VersionSegment["metrics"] {
  if (typeof backlog_count !== "number") return undefined;
  return {
    backlog_count,
    backlog_bytes: numberOr0(backlog_bytes),
    oldest_message_timestamp_ms: numberOr0(oldest_message_timestamp_ms),
  };
}

function numberOr0(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
