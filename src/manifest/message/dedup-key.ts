import { isObject } from "../../json-object.ts";
import { messageDigest } from "../../plan/index.ts";
import type { DedupKey, JsonValue, Message } from "../../types.ts";
import { describeType } from "../problem/describe-value.ts";
import { quote } from "../problem/problem.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { Path } from "../yaml/source-location.ts";

/** Generates the dedup keys of a manifest's messages, in order. */
export interface DedupKeyGenerator {
  /**
   * Computes the dedup key of a message.
   *
   * @param unknown paths in the body of texts with variables whose value is unknown here
   * @param row number of the row in its data file, from 0; undefined for an inline message
   * @returns undefined if the body is unknown, or cannot have the key, which is reported
   */
  generate(
    message: Message,
    unknown: readonly Path[],
    row: number | undefined,
    onProblem: OnMessageProblem,
  ): DedupKey | undefined;
}

/**
 * Creates a generator of dedup keys. A key is the message's id, or its digest with a number for each further equal message. Equal
 * rows are distinguished by the row's number: a data file is append-only, and a million digests would need too much memory.
 */
export function createDedupKeyGenerator(field: string): DedupKeyGenerator {
  const seen = new Map<string, number>();
  const numbered = (digest: string) => {
    const times = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, times);
    return times === 1 ? digest : `${digest}#${times}`;
  };
  return {
    generate(message, unknown, row, onProblem) {
      const isWholeUnknown = unknown.some((path) => path.length === 0);
      if (isWholeUnknown || !hasRoom(message, field, onProblem) || unknown.length > 0) return undefined;
      if (message.id !== undefined) return { field, value: message.id };
      const digest = messageDigest(message);
      return { field, value: row === undefined ? numbered(digest) : `${digest}#${row + 1}` };
    },
  };
}

/** Returns the message to send, with its dedup key in the body. */
export function withDedupKey(message: Message): Message {
  if (message.dedupKey === undefined) return message;
  const { dedupKey, json: _, canonical: __, ...rest } = message;
  return {
    ...rest,
    body: { ...(message.body as Readonly<Record<string, JsonValue>>), [dedupKey.field]: dedupKey.value },
  };
}

function hasRoom({ body, contentType }: Message, field: string, onProblem: OnMessageProblem): boolean {
  if (contentType === "text" || !isObject(body)) {
    const is = contentType === "text" ? "a text message" : describeType(body);
    const what = `the body is ${is}, which cannot have the "dedup_field" ${quote(field)}`;
    onProblem("DEDUP_BODY", { path: ["body"] }, what, 'Make the body a map of keys, or remove "dedup_field".');
    return false;
  }
  if (!Object.hasOwn(body, field)) return true;
  const what = `the body already has the key ${quote(field)}, which "dedup_field" would set`;
  onProblem("DEDUP_BODY", { path: ["body", field] }, what, 'Remove the key, or choose another "dedup_field".');
  return false;
}
