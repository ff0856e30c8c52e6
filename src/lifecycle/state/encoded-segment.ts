import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject, parseObject } from "../../json-object.ts";
import type { QueueMetrics } from "../../types.ts";
import { parseUrn, urns } from "../../urn.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

/**
 * The properties of a segment's resource in the Pulumi state. Pulumi writes the whole state twice for each resource that it
 * creates, and its time grows with the length and the number of the properties. So all properties that it need not see are in
 * two texts, which leave out what follows from the others. Pulumi displays JSON texts as objects.
 */
export interface EncodedSegment extends Partial<Pick<SegmentInputs, SeparateKey>> {
  /** What the program asks for: the {@link SegmentInputs} that are not separate properties, as JSON. */
  readonly terms: string;
  /** What was pushed: the {@link SegmentOutputs} that are not inputs, as JSON; absent in inputs. */
  readonly record?: string;
}

/** Outputs of other resources, and values that Pulumi may have to encrypt. */
const separateKeys = {
  accountId: true,
  queueId: true,
  deployment: true,
  deliveryNumber: true,
  worker: true,
  inlineMessages: true,
} as const satisfies Partial<Readonly<Record<keyof SegmentInputs, true>>>;

type SeparateKey = keyof typeof separateKeys;

const recordKeys = {
  version: true,
  lineage: true,
  ledger: true,
  runs: true,
  workerLedger: true,
  elsewhere: true,
  pushed: true,
  inDoubt: true,
  inDoubtMessages: true,
  lastPush: true,
  metrics: true,
  metricsAt: true,
} as const satisfies Readonly<Record<Exclude<keyof SegmentOutputs, keyof SegmentInputs>, true>>;

/** The inputs that are not outputs of other resources, and so are known when a segment is registered. */
export type SegmentTerms = Omit<SegmentInputs, SeparateKey>;

/** Values that the texts leave out. */
const usualTerms = { root: "..", segment: 0, content: { kind: "messages" } } as const;
/** Policy packs read the mode in the inputs; see docs/pipelines/other-platforms.md. */
const usualOutputTerms = { ...usualTerms, mode: "once" } as const;
const usualRecord = { inDoubt: 0 } as const;

/** Encodes the known inputs. */
export function encodeTerms(terms: JsonObject): string {
  return JSON.stringify(leaveOut(usualTerms, withShortUrn(terms)));
}

/** Encodes inputs or outputs. */
export function encodeSegment(segment: SegmentInputs | SegmentOutputs): EncodedSegment {
  const entries = Object.entries(segment);
  const isRecord = (key: string) => Object.hasOwn(recordKeys, key);
  // The SDK adds a property of its own, which starts with "__".
  const isSeparate = (key: string) => Object.hasOwn(separateKeys, key) || key.startsWith("__");
  const separate = Object.fromEntries(entries.filter(([key]) => isSeparate(key)));
  const terms = Object.fromEntries(entries.filter(([key]) => !isRecord(key) && !isSeparate(key)));
  const record = Object.fromEntries(entries.filter(([key]) => isRecord(key)));
  if (Object.keys(record).length === 0) return { ...separate, terms: encodeTerms(terms) };
  const outputTerms = leaveOut(usualOutputTerms, withShortUrn(terms));
  return { ...separate, terms: JSON.stringify(outputTerms), record: encodeRecord(record) };
}

/** Decodes what {@link encodeSegment} returns. Callers check what they use: another version may have written it. */
export function decodeSegment({ terms, record, ...separate }: JsonObject): JsonObject {
  return { ...decodeTerms(parse(terms)), ...decodeRecord(parse(record)), ...separate };
}

function parse(text: unknown): JsonObject {
  return typeof text === "string" ? parseObject(text) : {};
}

function leaveOut(usual: JsonObject, values: JsonObject): JsonObject {
  const isUsual = ([key, value]: [string, unknown]) =>
    Object.hasOwn(usual, key) && isDeepStrictEqual(usual[key], value);
  return Object.fromEntries(Object.entries(values).filter((entry) => !isUsual(entry)));
}

/** Adds the omitted values. Terms without a manifest were not encoded here, and get none. */
function decodeTerms(terms: JsonObject): JsonObject {
  if (typeof terms.manifest !== "string") return terms;
  // Written twice to keep the order of the keys.
  const all: JsonObject = { ...terms, ...usualOutputTerms, ...terms };
  return { ...deriveUrn(all), ...all };
}

/** Returns the URN of a segment outside of components, which consists of other values. */
function deriveUrn({ stack, project, manifest, segment }: JsonObject): { readonly resourceUrn?: string } {
  const isKnown = typeof stack === "string" && typeof project === "string";
  return isKnown ? { resourceUrn: urns.segment(stack, project, `${manifest}/${segment}`) } : {};
}

function withShortUrn({ resourceUrn, ...terms }: JsonObject): JsonObject {
  if (typeof resourceUrn !== "string") return terms;
  const { stack, project } = parseUrn(resourceUrn);
  const isDerived = deriveUrn({ ...usualTerms, ...terms, stack, project }).resourceUrn === resourceUrn;
  return isDerived ? { ...terms, stack, project } : { ...terms, resourceUrn };
}

function encodeRecord({ metrics, metricsAt, ...record }: JsonObject): string {
  return JSON.stringify(leaveOut(usualRecord, { ...record, ...encodeMetrics(metrics, metricsAt) }));
}

/** Encodes metrics as a list: their names would be longer than their values. */
function encodeMetrics(metrics: unknown, metricsAt: unknown): JsonObject {
  if (!isObject(metrics) || metricsAt === undefined) return { metrics, metricsAt };
  const { backlog_count, backlog_bytes, oldest_message_timestamp_ms }: Partial<QueueMetrics> = metrics;
  return { metrics: [backlog_count, backlog_bytes, oldest_message_timestamp_ms, metricsAt] };
}

function decodeRecord(record: JsonObject): JsonObject {
  return Object.hasOwn(record, "ledger") ? { ...usualRecord, ...record, ...decodeMetrics(record.metrics) } : record;
}

function decodeMetrics(encoded: unknown): JsonObject {
  if (!Array.isArray(encoded)) return {};
  const [backlog_count, backlog_bytes, oldest_message_timestamp_ms, metricsAt] = encoded;
  return { metrics: { backlog_count, backlog_bytes, oldest_message_timestamp_ms }, metricsAt };
}
