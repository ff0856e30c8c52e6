import { type JsonObject, parseObject } from "../../json-object.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

/**
 * The properties of a segment's resource in the Pulumi state. Pulumi writes the whole state twice for each resource that it
 * creates, and its time grows with the number of properties more than with their length; so all properties that it need not see
 * are two texts. It displays JSON texts as objects.
 */
export interface PackedSegment extends Partial<Pick<SegmentInputs, SeparateKey>> {
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

export function packTerms(terms: SegmentTerms): string {
  return JSON.stringify(terms);
}

/** Packs inputs or outputs. */
export function packSegment(segment: SegmentInputs | SegmentOutputs): PackedSegment {
  const entries = Object.entries(segment);
  const isRecord = (key: string) => Object.hasOwn(recordKeys, key);
  // The SDK adds a property of its own, which starts with "__".
  const isSeparate = (key: string) => Object.hasOwn(separateKeys, key) || key.startsWith("__");
  const record = entries.filter(([key]) => isRecord(key));
  return {
    ...Object.fromEntries(entries.filter(([key]) => isSeparate(key))),
    terms: JSON.stringify(Object.fromEntries(entries.filter(([key]) => !isRecord(key) && !isSeparate(key)))),
    ...(record.length > 0 && { record: JSON.stringify(Object.fromEntries(record)) }),
  };
}

/** Unpacks what {@link packSegment} returns. Callers check what they use: another version may have written it. */
export function unpackSegment({ terms, record, ...separate }: JsonObject): JsonObject {
  return { ...parse(terms), ...parse(record), ...separate };
}

function parse(text: unknown): JsonObject {
  return typeof text === "string" ? parseObject(text) : {};
}
