import { type JsonObject, toObject } from "../../json-object.ts";
import type { LastPush } from "../../lifecycle/state/segment.ts";
import type { VersionSegment } from "./model.ts";

/**
 * Reads the segments from an exported state or from a checkpoint in the history. It skips unreadable resources, for example of
 * another version of queue-seeder: nothing is decided based on a report.
 */
export function readSegments(state: unknown): readonly VersionSegment[] {
  const { deployment, checkpoint } = toObject(state);
  const { resources } = toObject(deployment ?? toObject(checkpoint).latest);
  if (!Array.isArray(resources)) return [];
  return resources.map(toObject).flatMap(({ type, urn, outputs, delete: replaced }) => {
    if (type !== "pulumi-nodejs:dynamic:Segment" || replaced === true) return [];
    return toSegment(String(urn), toObject(outputs));
  });
}

function toSegment(name: string, outputs: JsonObject): readonly VersionSegment[] {
  const { queue, manifest, inDoubt, inDoubtMessages, metrics, metricsAt } = outputs;
  const lastPush = toPush(toObject(outputs.lastPush));
  if (typeof queue !== "string" || typeof manifest !== "string" || lastPush === undefined) return [];
  const heard = toMetrics(toObject(metrics));
  return [
    {
      name,
      queue,
      manifest,
      inDoubt: numberOr0(inDoubt),
      inDoubtMessages: textsIn(inDoubtMessages),
      lastPush,
      ...(heard !== undefined && typeof metricsAt === "string" && { metrics: heard, metricsAt }),
    },
  ];
}

function toPush({ pushed, requests, possibleDuplicates, at, commit, by, plan }: JsonObject): LastPush | undefined {
  if (typeof pushed !== "number" || typeof at !== "string") return undefined;
  return {
    pushed,
    requests: numberOr0(requests),
    possibleDuplicates: textsIn(possibleDuplicates),
    at,
    commit: typeof commit === "string" ? commit : "",
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

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function numberOr0(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
