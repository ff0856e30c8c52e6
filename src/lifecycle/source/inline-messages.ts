import { type Diagnostic, formatLocation, type ValueLocation } from "../../diagnostic.ts";
// Not from ../../manifest/index.ts, which loads the parsers: a run with nothing to push does not need them.
import { checkBodySize, checkBodyType, checkDelay, checkId, UniqueIds } from "../../manifest/message/check-message.ts";
import type { ProblemCode } from "../../manifest/problem/problem-codes.ts";
import { countBodyBytes, createMessageSegment, messageDigest } from "../../plan/index.ts";
import type { ContentType, JsonValue, Message } from "../../types.ts";
import { decodeInvalidBody } from "../state/invalid-body.ts";
import type { InlineMessage, SegmentInputs } from "../state/segment.ts";
import { isUnknown, unknownValue } from "../state/unknown.ts";

/** A problem of a message that a program passes, located as `messages[3].body`. It never contains a body. */
export type InlineProblem = Diagnostic<ProblemCode | "BODY_NOT_JSON", ValueLocation>;

/** Messages that a program passes, as far as they are known. */
export interface InlineMessages {
  readonly messages: readonly Message[];
  /** The position of each message in the program, for example `messages[3]`. */
  readonly locations: readonly string[];
  /** Number of messages with values that are only known during the run. */
  readonly unknown: number;
  /** Whether even the number of messages is unknown. */
  readonly countUnknown: boolean;
  readonly problems: readonly InlineProblem[];
}

/** Inline messages have no file, so they have no location in one. */
const noLocation = { file: "", line: 1, column: 1 };

type OnBroken = (key: string, broken: Omit<InlineProblem, "severity" | "location"> | undefined) => void;

/** Parses the messages that a program passes, and checks them by the same rules as those of a file. */
export function parseInlineMessages(given: SegmentInputs["inlineMessages"]): InlineMessages {
  if (!Array.isArray(given))
    return { messages: [], locations: [], unknown: 0, countUnknown: isUnknown(given), problems: [] };
  const messages: Message[] = [];
  const locations: string[] = [];
  const problems: InlineProblem[] = [];
  const ids = new UniqueIds<ValueLocation>(formatLocation);
  let unknown = 0;
  for (const [index, one] of (given as readonly InlineMessage[]).entries()) {
    const onBroken: OnBroken = (key, broken) => {
      if (broken !== undefined) problems.push({ ...broken, severity: "error", location: locate(index, key) });
    };
    checkSettings(one, onBroken);
    if (one.id !== undefined && !isUnknown(one.id))
      onBroken(
        "id",
        ids.add(one.id, () => locate(index)),
      );
    if ([one, ...Object.values(one)].some(isUnknown)) {
      unknown += 1;
      continue;
    }
    const { id, contentType = "json", delaySeconds } = one;
    const body = parseBody(one.body, contentType, onBroken);
    messages.push({ id, body, contentType, delaySeconds, location: noLocation });
    locations.push(formatLocation(locate(index)));
  }
  return { messages, locations, unknown, countUnknown: false, problems };
}

/** Adds the segment of inline messages to the inputs, for the plan, the ledger and the push, as for messages of a file. */
export function planInlineMessages(
  inputs: SegmentInputs,
  { messages, unknown, countUnknown }: InlineMessages,
): SegmentInputs {
  const { index: _first, ...segment } = createMessageSegment(messages);
  const unresolved = { digest: unknownValue, unresolved: { messages: unknown, countUnknown } };
  return { ...inputs, ...segment, ...((countUnknown || unknown > 0) && unresolved) };
}

function locate(index: number, ...keys: readonly string[]): ValueLocation {
  return { root: "", path: ["messages", index, ...keys] };
}

function parseBody(text: string, contentType: ContentType, onBroken: OnBroken): JsonValue {
  let body: JsonValue;
  try {
    body = JSON.parse(text);
  } catch {
    const reason = decodeInvalidBody(text) ?? "it cannot be read";
    const hint = "Give text, numbers, lists, maps, true, false or null.";
    onBroken("body", { code: "BODY_NOT_JSON", message: `the body is not valid JSON: ${reason}`, hint });
    return null;
  }
  if (!isWellFormed(body)) {
    const hint = "Write the whole character, or remove it.";
    onBroken("body", { code: "TEXT_NOT_UNICODE", message: "the body contains half a character", hint });
  }
  const mistyped = checkBodyType(body, contentType);
  onBroken("body", mistyped);
  if (mistyped === undefined) onBroken("body", checkBodySize(countBodyBytes({ body, contentType })));
  return body;
}

/** A lone surrogate has no canonical form, so its digest cannot be computed. */
function isWellFormed(body: JsonValue): boolean {
  try {
    return messageDigest({ body, contentType: "json" }) !== "";
  } catch {
    return false;
  }
}

/** Values that are not known yet pass every check. */
function checkSettings({ id, contentType, delaySeconds }: InlineMessage, onBroken: OnBroken): void {
  if (id !== undefined && !isUnknown(id)) onBroken("id", checkId(id));
  if (contentType !== undefined && !isUnknown(contentType) && !["json", "text"].includes(contentType)) {
    const message = "the content type is neither json nor text";
    onBroken("contentType", { code: "VALUE_NOT_ALLOWED", message, hint: 'Write "json" or "text".' });
  }
  if (delaySeconds !== undefined && !isUnknown(delaySeconds)) onBroken("delaySeconds", checkDelay(delaySeconds));
}
