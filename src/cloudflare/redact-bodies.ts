import type { Batch } from "../types.ts";

/** The replacement for removed text. */
const redacted = "(withheld)";

/** The minimum length of text shared with a body that is treated as a quotation, in characters. */
const quotation = 12;

/** Maximum characters of the API's message that are searched. An error shows fewer. */
const longest = 2_000;

/**
 * Removes quotations of a request's messages from the API's message: no error or log may contain a body. Values of secrets are
 * found regardless of their length, other text in pieces of twelve characters, so even if the API truncated it.
 */
export function redactBodies(words: string, batch: Batch): string {
  const text = words.slice(0, longest);
  const hidden = new Uint8Array(text.length);
  for (const secret of new Set(batch.flatMap(({ secretValues = [] }) => secretValues))) {
    // Verbatim, in JSON, and in JSON inside JSON.
    for (const form of new Set([secret, escaped(secret), escaped(escaped(secret))])) replaceAll(text, form, hidden);
  }
  const bodies = batch.flatMap(({ bodyJson }) => [bodyJson, ...collectTexts(bodyJson)]).join("\n");
  for (let at = 0; at + quotation <= text.length; at++) {
    if (bodies.includes(text.slice(at, at + quotation))) hidden.fill(1, at, at + quotation);
  }
  // A quotation that begins close to the truncated end is too short to be recognized.
  const end = text.length < words.length ? longest - quotation : text.length;
  let shown = "";
  for (let at = 0; at < end; at++) {
    if (!hidden[at]) shown += text[at];
    else if (!hidden[at - 1]) shown += redacted;
  }
  return shown;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function replaceAll(text: string, piece: string, hidden: Uint8Array): void {
  if (piece === "") return;
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1)) hidden.fill(1, at, at + piece.length);
}

/** Returns the unescaped texts in a body that contain JSON escapes, at any depth. */
function collectTexts(bodyJson: string): readonly string[] {
  const written = bodyJson.match(/"[^"\\]*(?:\\.[^"\\]*)*"/g) ?? [];
  return written.filter((text) => text.includes("\\")).map((text) => JSON.parse(text) as string);
}
