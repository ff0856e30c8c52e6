import { messageDigest } from "../plan/index.ts";
import type { DedupKey, JsonValue, Message } from "../types.ts";
import { describeType } from "./describe-value.ts";
import type { OnVariableProblem } from "./interpolate.ts";
import { quote } from "./problem.ts";
import type { Path } from "./source-location.ts";

/** Gives the messages of one manifest their stamps, in their order. */
export interface DedupKeyGenerator {
  /**
   * @param unknown paths in the body of texts whose variables are not known here
   * @param row number of the row in its data file, from 0; undefined for a message of the manifest itself
   * @returns undefined for a body that cannot be stamped, which is told, or that is not known
   */
  generate(
    message: Message,
    unknown: readonly Path[],
    row: number | undefined,
    onProblem: OnVariableProblem,
  ): DedupKey | undefined;
}

/**
 * A stamp is the message's id; else its digest, with a number for each further message that is the same. Of rows it is
 * the row's number that tells them apart: a data file only grows, and nobody can remember a million digests.
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

/** The message as it is sent: with its stamp in its body. */
export function withDedupKey(message: Message): Message {
  if (message.dedupKey === undefined) return message;
  const { dedupKey, json: _, ...rest } = message;
  return {
    ...rest,
    body: { ...(message.body as Readonly<Record<string, JsonValue>>), [dedupKey.field]: dedupKey.value },
  };
}

function hasRoom({ body, contentType }: Message, field: string, onProblem: OnVariableProblem): boolean {
  if (contentType === "text" || typeof body !== "object" || body === null || Array.isArray(body)) {
    const is = contentType === "text" ? "a text message" : describeType(body);
    const what = `the body is ${is}, which has no room for the "dedup_field" ${quote(field)}`;
    onProblem("DEDUP_BODY", ["body"], "", what, 'Make the body a map of keys, or remove "dedup_field".');
    return false;
  }
  if (!Object.hasOwn(body, field)) return true;
  const what = `the body has the key ${quote(field)} already, which "dedup_field" is to fill`;
  onProblem("DEDUP_BODY", ["body", field], "", what, 'Remove the key, or name another one as "dedup_field".');
  return false;
}
