import type { Batch } from "../types.ts";

/** What stands in place of something that is not shown. */
const redacted = "(withheld)";

/** So many characters in a row that the API's words share with a body are taken for a quotation. */
const quotation = 12;

/** Characters of the API's words that are looked through. An error shows fewer. */
const longest = 2_000;

/**
 * Takes out of the API's words what they quote of a request's messages: bodies are in no error and no log. Values of secrets
 * are found however short they are, the rest in pieces of twelve characters, so also where the API itself has cut it.
 */
export function redactBodies(words: string, batch: Batch): string {
  const text = words.slice(0, longest);
  const hidden = new Uint8Array(text.length);
  for (const secret of new Set(batch.flatMap(({ secretValues = [] }) => secretValues))) {
    // As it is, in JSON, and in JSON that is quoted in JSON.
    for (const form of new Set([secret, escaped(secret), escaped(escaped(secret))])) replaceAll(text, form, hidden);
  }
  const bodies = batch.flatMap(({ bodyJson }) => [bodyJson, ...collectTexts(bodyJson)]).join("\n");
  for (let at = 0; at + quotation <= text.length; at++) {
    if (bodies.includes(text.slice(at, at + quotation))) hidden.fill(1, at, at + quotation);
  }
  // A quotation that begins close to the cut is too short to be known as one.
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

/** The texts in a body that look different in JSON, as they are without its marks. However deep they lie. */
function collectTexts(bodyJson: string): readonly string[] {
  const written = bodyJson.match(/"[^"\\]*(?:\\.[^"\\]*)*"/g) ?? [];
  return written.filter((text) => text.includes("\\")).map((text) => JSON.parse(text) as string);
}
