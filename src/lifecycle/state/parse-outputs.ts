import { isTexts, type JsonObject, toObject } from "../../json-object.ts";
import { assertEncodedLedger, parseStored } from "../../plan/index.ts";
import { decodeSegment } from "./encoded-segment.ts";
import { outputsVersion, type SegmentOutputs } from "./segment.ts";

/**
 * Checks the outputs of a segment in the Pulumi state: their version and form, and the versions of all their ledgers.
 *
 * @param resource names the segment's resource, for the error
 * @throws LedgerError if this version of queue-seeder did not write it: treating it as empty would push everything again
 */
export function parseOutputs(stored: unknown, resource: string): SegmentOutputs {
  const decoded = decodeSegment(toObject(stored));
  const outputs = parseStored(decoded, outputsVersion, isOutputs, `the state of ${resource}`);
  for (const { ledger } of [outputs, ...(outputs.elsewhere ?? [])]) assertEncodedLedger(ledger);
  return outputs;
}

function isOutputs(value: JsonObject): value is JsonObject & SegmentOutputs {
  return (
    ["manifest", "deployment", "resourceUrn", "lineage", "queue"].every((name) => typeof value[name] === "string") &&
    [value.segment, value.pushed, value.inDoubt].every((number) => typeof number === "number") &&
    typeof toObject(value.lastPush).at === "string" &&
    isQueueLedger(value) &&
    (value.elsewhere === undefined || (Array.isArray(value.elsewhere) && value.elsewhere.every(isQueueLedger)))
  );
}

function isQueueLedger(value: unknown): boolean {
  const { accountId, queueId, content, ledger, runs } = toObject(value);
  const { kind } = toObject(content);
  return (
    typeof accountId === "string" &&
    typeof queueId === "string" &&
    (kind === "messages" || kind === "rows") &&
    ledger !== undefined &&
    isTexts(runs)
  );
}
