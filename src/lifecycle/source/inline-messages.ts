import { limits } from "../../limits.ts";
import { hasIdCharacters, maxIdLength } from "../../message-id.ts";
import { createMessageSegment, messageDigest } from "../../plan/index.ts";
import type { JsonValue, Message } from "../../types.ts";
import type { InlineMessage, SegmentInputs } from "../state/segment.ts";
import { isUnknown, unknownValue } from "../state/unknown.ts";

/** Messages that a program passes, as far as they are known. */
export interface InlineMessages {
  readonly messages: readonly Message[];
  /** The position of each message in the program, for example `messages[3]`. */
  readonly locations: readonly string[];
  /** Number of messages with values that are only known during the run. */
  readonly unknown: number;
  /** Whether even the number of messages is unknown. */
  readonly countUnknown: boolean;
  /** All problems, one per element: `messages[3].body CODE: what. What next.` */
  readonly problems: readonly string[];
}

/** Prefix of a body text that replaces a value without a JSON form; the reason follows. */
export const invalidJsonPrefix = "no JSON: ";

/** Inline messages have no file, so they have no location in one. */
const noLocation = { file: "", line: 1, column: 1 };

type OnProblem = (key: string, code: string, what: string, next: string) => void;

/** Parses the messages that a program passes. Values from Pulumi are checked like any other external input. */
export function parseInlineMessages(given: SegmentInputs["inlineMessages"]): InlineMessages {
  if (!Array.isArray(given))
    return { messages: [], locations: [], unknown: 0, countUnknown: isUnknown(given), problems: [] };
  const messages: Message[] = [];
  const locations: string[] = [];
  const problems: string[] = [];
  const ids = new Map<string, number>();
  let unknown = 0;
  for (const [index, one] of (given as readonly InlineMessage[]).entries()) {
    const onProblem: OnProblem = (key, code, what, next) =>
      problems.push(`${formatIndex(index)}${key} ${code}: ${what}. ${next}`);
    checkSettings(one, onProblem);
    checkDuplicateId(one, index, ids, onProblem);
    if ([one, ...Object.values(one)].some(isUnknown)) {
      unknown += 1;
      continue;
    }
    const { id, contentType = "json", delaySeconds } = one;
    const body = parseBody(one, onProblem);
    messages.push({ id, body, contentType, delaySeconds, location: noLocation });
    locations.push(formatIndex(index));
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

function formatIndex(index: number): string {
  return `messages[${index}]`;
}

function parseBody({ body: text, contentType }: InlineMessage, onProblem: OnProblem): JsonValue {
  let body: JsonValue;
  try {
    body = JSON.parse(text);
  } catch {
    // A value that cannot be written as JSON is replaced with the reason; see infra/json-text.ts.
    const why = text.startsWith(invalidJsonPrefix) ? text.slice(invalidJsonPrefix.length) : "it cannot be read";
    const next = "Give text, numbers, lists, maps, true, false or null.";
    onProblem(".body", "BODY_NOT_JSON", `the body is not valid JSON: ${why}`, next);
    return null;
  }
  if (!isWellFormed(body)) {
    const next = "Remove it: no text that is sent can hold it.";
    onProblem(".body", "TEXT_NOT_UNICODE", "the body holds half a character", next);
  }
  if (contentType === "text" && typeof body !== "string") {
    const next = 'Give text, for example of JSON.stringify, or leave contentType at "json".';
    onProblem(".body", "TEXT_BODY_NOT_TEXT", "the body is not text, but the message's content type is", next);
  }
  const bytes = Buffer.byteLength(contentType === "text" && typeof body === "string" ? body : text, "utf8");
  if (bytes > limits.messageBytes) {
    const what = `the body has ${bytes} bytes; the API accepts ${limits.messageBytes}`;
    onProblem(".body", "BODY_TOO_LARGE", what, "Split it into several messages, or send a link to the data.");
  }
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
function checkSettings({ id, contentType, delaySeconds }: InlineMessage, onProblem: OnProblem): void {
  if (id !== undefined && !isUnknown(id) && !isId(id)) {
    onProblem(
      ".id",
      "VALUE_NOT_ALLOWED",
      `the id is not text of 1 to ${maxIdLength} characters, or has some that control how text is shown`,
      "Give another one.",
    );
  }
  if (contentType !== undefined && !isUnknown(contentType) && !["json", "text"].includes(contentType)) {
    onProblem(
      ".contentType",
      "VALUE_NOT_ALLOWED",
      "the content type is neither json nor text",
      'Write "json" or "text".',
    );
  }
  if (delaySeconds === undefined || isUnknown(delaySeconds)) return;
  if (Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= limits.delaySeconds) return;
  const what = `the delay is not whole seconds from 0 to ${limits.delaySeconds}`;
  onProblem(".delaySeconds", "VALUE_NOT_ALLOWED", what, "Give whole seconds, at most 24 hours.");
}

function checkDuplicateId({ id }: InlineMessage, index: number, ids: Map<string, number>, onProblem: OnProblem): void {
  if (id === undefined || isUnknown(id)) return;
  const first = ids.get(id);
  if (first === undefined) ids.set(id, index);
  else {
    const what = `the id is that of ${formatIndex(first)} already`;
    onProblem(".id", "DUPLICATE_ID", what, "Give each message its own id.");
  }
}

function isId(id: unknown): boolean {
  return typeof id === "string" && id.length > 0 && id.length <= maxIdLength && hasIdCharacters(id);
}
