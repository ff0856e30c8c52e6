import { hasIdCharacters, maxIdLength } from "../../id.ts";
import { limits } from "../../limits.ts";
import { messageDigest, messagesSegment } from "../../plan/index.ts";
import type { JsonValue, Message } from "../../types.ts";
import type { GivenMessage, SegmentInputs } from "../state/segment.ts";
import { isUnknown, unknownValue } from "../state/unknown.ts";

/** Messages that a program gives, as far as they are known. */
export interface Given {
  readonly messages: readonly Message[];
  /** Where each of these stands in the program. */
  readonly places: readonly string[];
  /** Messages of which something is only known once the run has made it. */
  readonly unknown: number;
  /** Whether not even their number is known. */
  readonly open: boolean;
  /** Everything that is wrong, a line each: `messages[3].body CODE: what. What next.` */
  readonly problems: readonly string[];
}

/** How the text of a body begins that is no JSON value; what is wrong follows. */
export const noJson = "no JSON: ";

/** A program has no file of the repository, which is what places are of. */
const nowhere = { file: "", line: 1, column: 1 };

type Tell = (key: string, code: string, what: string, next: string) => void;

/** Reads what a program gives. What the engine passes is checked like any other text from outside. */
export function readGiven(given: SegmentInputs["inlineMessages"]): Given {
  if (!Array.isArray(given)) return { messages: [], places: [], unknown: 0, open: isUnknown(given), problems: [] };
  const messages: Message[] = [];
  const places: string[] = [];
  const problems: string[] = [];
  const ids = new Map<string, number>();
  let unknown = 0;
  for (const [index, one] of (given as readonly GivenMessage[]).entries()) {
    const tell: Tell = (key, code, what, next) => problems.push(`${placeOf(index)}${key} ${code}: ${what}. ${next}`);
    checkSettings(one, tell);
    checkTwin(one, index, ids, tell);
    if ([one, ...Object.values(one)].some(isUnknown)) {
      unknown += 1;
      continue;
    }
    const { id, contentType = "json", delaySeconds } = one;
    const body = readBody(one, tell);
    messages.push({ id, body, contentType, delaySeconds, place: nowhere });
    places.push(placeOf(index));
  }
  return { messages, places, unknown, open: false, problems };
}

/** The segment of what a program gives: what the plan, the ledger and the push take, as for those of a file. */
export function planGiven(inputs: SegmentInputs, { messages, unknown, open }: Given): SegmentInputs {
  const { index: _first, ...segment } = messagesSegment(messages);
  const unresolved = { digest: unknownValue, unresolved: { messages: unknown, open } };
  return { ...inputs, ...segment, ...((open || unknown > 0) && unresolved) };
}

function placeOf(index: number): string {
  return `messages[${index}]`;
}

function readBody({ body: text, contentType }: GivenMessage, tell: Tell): JsonValue {
  let body: JsonValue;
  try {
    body = JSON.parse(text);
  } catch {
    // What the program could not write as JSON, it says in place of it.
    const why = text.startsWith(noJson) ? text.slice(noJson.length) : "it cannot be read";
    const next = "Give text, numbers, lists, maps, true, false or null.";
    tell(".body", "BODY_NOT_JSON", `the body is no JSON value: ${why}`, next);
    return null;
  }
  if (!hasDigest(body)) {
    const next = "Remove it: no text that is sent can hold it.";
    tell(".body", "TEXT_NOT_UNICODE", "the body holds half a character", next);
  }
  if (contentType === "text" && typeof body !== "string") {
    const next = 'Give text, for example of JSON.stringify, or leave contentType at "json".';
    tell(".body", "TEXT_BODY_NOT_TEXT", "the body is not text, but the message's content type is", next);
  }
  const bytes = Buffer.byteLength(contentType === "text" && typeof body === "string" ? body : text, "utf8");
  if (bytes > limits.messageBytes) {
    const what = `the body has ${bytes} bytes, more than the ${limits.messageBytes} that the API takes in a message`;
    tell(".body", "BODY_TOO_LARGE", what, "Split it into several messages, or send a link to where the data is.");
  }
  return body;
}

/** Of half a character there is no canonical form. */
function hasDigest(body: JsonValue): boolean {
  try {
    return messageDigest({ body, contentType: "json" }) !== "";
  } catch {
    return false;
  }
}

/** What is not known yet has nothing against it. */
function checkSettings({ id, contentType, delaySeconds }: GivenMessage, tell: Tell): void {
  if (id !== undefined && !isUnknown(id) && !isId(id)) {
    tell(
      ".id",
      "VALUE_NOT_ALLOWED",
      `the id is not text of 1 to ${maxIdLength} characters, or has some that control how text is shown`,
      "Give another one.",
    );
  }
  if (contentType !== undefined && !isUnknown(contentType) && !["json", "text"].includes(contentType)) {
    tell(".contentType", "VALUE_NOT_ALLOWED", "the content type is neither json nor text", 'Write "json" or "text".');
  }
  if (delaySeconds === undefined || isUnknown(delaySeconds)) return;
  if (Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= limits.delaySeconds) return;
  const what = `the delay is not whole seconds from 0 to ${limits.delaySeconds}`;
  tell(".delaySeconds", "VALUE_NOT_ALLOWED", what, "Give whole seconds, at most 24 hours.");
}

function checkTwin({ id }: GivenMessage, index: number, ids: Map<string, number>, tell: Tell): void {
  if (id === undefined || isUnknown(id)) return;
  const first = ids.get(id);
  if (first === undefined) ids.set(id, index);
  else {
    const what = `the id is that of ${placeOf(first)} already`;
    tell(".id", "DUPLICATE_ID", what, "Give each message its own id.");
  }
}

function isId(id: unknown): boolean {
  return typeof id === "string" && id.length > 0 && id.length <= maxIdLength && hasIdCharacters(id);
}
