import { limits } from "../limits.ts";
import { bodyBytes } from "../plan/index.ts";
import type { Message, Place } from "../types.ts";
import type { Problems } from "./collect.ts";
import type { ManifestDocument } from "./document.ts";
import { typeName } from "./form.ts";
import { placeOf } from "./locate.ts";
import { formatPlace, problem, quote } from "./problem.ts";
import type { Written, WrittenDefaults, WrittenMessage } from "./written.ts";

/** Reads a document's messages, and checks what the schema cannot say: sizes, the body of a text, ids that repeat. */
export function readMessages(
  document: ManifestDocument,
  { defaults, messages }: Written,
  broken: ReadonlySet<number>,
  problems: Problems,
): Message[] {
  const ids = new Map<string, Place>();
  return messages.flatMap((written, index) => {
    if (broken.has(index)) return [];
    const message = toMessage(written, defaults, placeOf(document, ["messages", index]));
    checkId(message, ids, () => placeOf(document, ["messages", index, "id"]), problems);
    checkBody(message, () => placeOf(document, ["messages", index, "body"]), problems);
    return message;
  });
}

function toMessage(written: WrittenMessage, defaults: WrittenDefaults | undefined, place: Place): Message {
  return {
    id: written.id,
    body: written.body,
    contentType: written.content_type ?? defaults?.content_type ?? "json",
    delaySeconds: written.delay_seconds ?? defaults?.delay_seconds,
    place,
  };
}

function checkId({ id }: Message, ids: Map<string, Place>, place: () => Place, problems: Problems): void {
  if (id === undefined) return;
  const first = ids.get(id);
  if (first === undefined) {
    ids.set(id, place());
    return;
  }
  const what = `the id ${quote(id)} is that of the message at ${formatPlace(first)} already`;
  problems.add(problem("DUPLICATE_ID", place(), what, "Give each message of a manifest its own id."));
}

function checkBody(message: Message, place: () => Place, problems: Problems): void {
  if (message.contentType === "text" && typeof message.body !== "string") {
    const what = `the body is ${typeName(message.body)}, but the message's content type is text`;
    const next = "Put the body in quotes, or write content_type: json.";
    // A body that could not be read was told by its own code.
    if (!problems.has(place())) problems.add(problem("TEXT_BODY_NOT_TEXT", place(), what, next));
    return;
  }
  const bytes = bodyBytes(message);
  if (bytes <= limits.messageBytes) return;
  const what = `the body has ${bytes} bytes, more than the ${limits.messageBytes} that the API takes in a message`;
  const next = "Split it into several messages, or send a link to where the data is.";
  problems.add(problem("BODY_TOO_LARGE", place(), what, next));
}
