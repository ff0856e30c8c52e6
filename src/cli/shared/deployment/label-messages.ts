import { formatLabel, formatRowLabel } from "../../../labels.ts";
import { rowNumber } from "../../../lifecycle/ledger/row-ledger.ts";
import { decodeKeys, messageDigest } from "../../../plan/index.ts";
import type { SegmentSnapshot } from "./segment-snapshots.ts";

type LabeledSegment = Pick<SegmentSnapshot, "inputs" | "messages">;

/**
 * Returns the labels of messages of a segment: their ids or numbers, and for the rows of a data file their numbers with their ids,
 * for which it reads the file.
 *
 * @param indices in the segment, from 0
 * @param digests that the rows at these indices had when they were sent: a row with another digest gets no id
 */
export async function labelMessages(
  segment: LabeledSegment,
  indices: readonly number[],
  digests?: readonly string[],
): Promise<readonly string[]> {
  const { inputs } = segment;
  if (indices.length === 0) return [];
  if (inputs.content.kind === "messages") {
    const keys = decodeKeys(inputs.content.keys);
    return indices.map((index) => formatLabel(keys[index]?.id, index));
  }
  const ids = await readIds(segment, new Map(indices.map((index, at) => [index, digests?.[at]])));
  return indices.map((index) => formatRowLabel(rowNumber(inputs, index), ids.get(index)));
}

/**
 * Returns the labels of the messages with these keys of a journal. A message that was removed since has a label only if it has an
 * id, or a number as a row.
 */
export async function labelKeys(segment: LabeledSegment, keys: readonly string[]): Promise<readonly string[]> {
  const { content } = segment.inputs;
  if (content.kind === "messages") {
    const indices = new Map(content.keys.split("\n").map((key, index) => [key, index]));
    const sorted = [...keys].sort((a, b) => (indices.get(a) ?? -1) - (indices.get(b) ?? -1));
    return sorted.flatMap((key) => {
      const index = indices.get(key);
      return index === undefined ? labelIds([key]) : formatLabel(decodeKeys(key)[0]?.id, index);
    });
  }
  const rows = keys.map((key) => key.split(" ")).sort(([a], [b]) => Number(a) - Number(b));
  return labelMessages(
    segment,
    rows.map(([index]) => Number(index)),
    rows.map(([, digest = ""]) => digest),
  );
}

/** Returns the labels of the messages with these keys of a journal that have an id. */
export function labelIds(keys: readonly string[]): readonly string[] {
  return decodeKeys(keys.join("\n")).flatMap(({ id }) => (id === undefined ? [] : [formatLabel(id, 0)]));
}

/** Reads the ids of rows. @param wanted digests by index; undefined if any row at the index is meant */
async function readIds(
  segment: LabeledSegment,
  wanted: ReadonlyMap<number, string | undefined>,
): Promise<ReadonlyMap<number, string>> {
  const ids = new Map<number, string>();
  const last = Math.max(...wanted.keys());
  let index = 0;
  for await (const some of segment.messages()) {
    for (const message of some) {
      if (wanted.has(index) && message.id !== undefined) {
        const digest = wanted.get(index);
        if (digest === undefined || digest === messageDigest(message)) ids.set(index, message.id);
      }
      index += 1;
    }
    if (index > last) break;
  }
  return ids;
}
