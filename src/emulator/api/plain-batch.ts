import type { ContentType, Draft } from "../broker/types.ts";
import { limits } from "../limits.ts";

/**
 * Reads a batch whose text is exactly what JSON.stringify would write, so that the text of each body can be sliced out of it.
 * Clients nearly always send such batches, and this takes a fifth of the time of parsing and serializing each body.
 *
 * Anything uncertain is left to the parser: whitespace, escapes, characters beyond ASCII, unusual numbers, names that may be
 * duplicated or reordered, unknown fields, and every error.
 *
 * @returns undefined if the batch may be of another form
 */
export function readPlainBatch(body: Buffer, maxDelaySeconds: number): Draft[] | undefined {
  const scan = new Scan(body);
  if (!scan.skip(opening)) return undefined;
  const drafts: Draft[] = [];
  // Slicing one text is faster than decoding each piece.
  const text = body.toString("latin1");
  do {
    const draft = readDraft(scan, text, maxDelaySeconds);
    if (draft === undefined || drafts.length === limits.batchMessages) return undefined;
    drafts.push(draft);
  } while (scan.skip(comma));
  return scan.skip(closing) && scan.at === body.length ? drafts : undefined;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const opening = bytesOf('{"messages":[');
const closing = bytesOf("]}");
const comma = bytesOf(",");
const brace = bytesOf("{");
const endBrace = bytesOf("}");
const bodyName = bytesOf('"body":');
const typeName = bytesOf('"content_type":');
const delayName = bytesOf('"delay_seconds":');
const json = bytesOf('"json"');
const plainText = bytesOf('"text"');

function readDraft(scan: Scan, text: string, maxDelaySeconds: number): Draft | undefined {
  if (!scan.skip(brace)) return undefined;
  let start = -1;
  let end = -1;
  let contentType: ContentType | undefined;
  let delaySeconds: number | undefined;
  do {
    if (start === -1 && scan.skip(bodyName)) {
      start = scan.at;
      if (!scan.value(0)) return undefined;
      end = scan.at;
    } else if (contentType === undefined && scan.skip(typeName)) {
      if (scan.skip(json)) contentType = "json";
      else if (scan.skip(plainText)) contentType = "text";
      else return undefined;
    } else if (delaySeconds === undefined && scan.skip(delayName)) {
      const from = scan.at;
      if (!scan.value(0)) return undefined;
      delaySeconds = Number(text.slice(from, scan.at));
      if (!(Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= maxDelaySeconds)) return undefined;
    } else return undefined;
  } while (scan.skip(comma));
  if (start === -1 || !scan.skip(endBrace)) return undefined;
  if (contentType === "text") {
    if (text[start] !== '"') return undefined;
    start += 1;
    end -= 1;
  }
  return { text: text.slice(start, end), bytes: end - start, contentType: contentType ?? "json", delaySeconds };
}

const quote = 0x22;
const backslash = 0x5c;
const maxDepth = 50;

/** Scans bytes that are JSON as JSON.stringify writes it, and stops at the first byte that may not be. */
class Scan {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Skips these bytes, if they come next. */
  skip(expected: Uint8Array): boolean {
    const { at } = this;
    for (let index = 0; index < expected.length; index += 1) {
      if (this.#bytes[at + index] !== expected[index]) return false;
    }
    this.at = at + expected.length;
    return true;
  }

  /** Skips a value. @returns false if the scan stopped inside an uncertain value */
  value(depth: number): boolean {
    switch (this.#bytes[this.at]) {
      case quote:
        return this.string();
      case 0x7b:
        return this.#object(depth + 1);
      case 0x5b:
        return this.#array(depth + 1);
      case 0x74:
        return this.skip(literals.true);
      case 0x66:
        return this.skip(literals.false);
      case 0x6e:
        return this.skip(literals.null);
      default:
        return this.#number();
    }
  }

  /** Skips a string of printable ASCII without escapes. */
  string(): boolean {
    const bytes = this.#bytes;
    let at = this.at + 1;
    for (let byte = bytes[at]; byte !== quote; byte = bytes[at]) {
      if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === backslash) return false;
      at += 1;
    }
    this.at = at + 1;
    return true;
  }

  #array(depth: number): boolean {
    if (depth > maxDepth) return false;
    this.at += 1;
    if (this.skip(literals.endArray)) return true;
    do {
      if (!this.value(depth)) return false;
    } while (this.skip(comma));
    return this.skip(literals.endArray);
  }

  #object(depth: number): boolean {
    if (depth > maxDepth) return false;
    this.at += 1;
    if (this.skip(endBrace)) return true;
    const names: number[] = [];
    do {
      const start = this.at + 1;
      const first = this.#bytes[start] ?? 0;
      // Parsing moves names that are numbers to the front.
      if (this.#bytes[this.at] !== quote || (first >= 0x30 && first <= 0x39) || !this.string()) return false;
      const name = this.#hash(start, this.at - 1);
      // The same name twice, or another that only looks the same here: who parses it knows.
      if (names.includes(name)) return false;
      names.push(name);
      if (!this.skip(literals.colon) || !this.value(depth)) return false;
    } while (this.skip(comma));
    return this.skip(endBrace);
  }

  #hash(from: number, to: number): number {
    let hash = to - from;
    for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (this.#bytes[at] ?? 0)) | 0;
    return hash;
  }

  /** At most 15 digits, which a double keeps, in the form in which it is written again. */
  #number(): boolean {
    const start = this.at;
    if (this.#bytes[this.at] === 0x2d) this.at += 1;
    const whole = this.#digits();
    const leading = this.#bytes[this.at - whole];
    if (whole === 0 || (leading === 0x30 && whole > 1)) return false;
    let fraction = 0;
    if (this.#bytes[this.at] === 0x2e) {
      this.at += 1;
      fraction = this.#digits();
      // 1.50 is written as 1.5, and 0.0000001 with an exponent.
      const first = this.#bytes[this.at - fraction];
      if (fraction === 0 || this.#bytes[this.at - 1] === 0x30 || (leading === 0x30 && first === 0x30)) return false;
    }
    const next = this.#bytes[this.at];
    if (whole + fraction > 15 || next === 0x65 || next === 0x45) return false;
    // -0 is written as 0.
    return fraction > 0 || leading !== 0x30 || this.at - start === 1;
  }

  #digits(): number {
    const start = this.at;
    for (let byte = this.#bytes[this.at] ?? 0; byte >= 0x30 && byte <= 0x39; byte = this.#bytes[this.at] ?? 0)
      this.at += 1;
    return this.at - start;
  }
}

const literals = {
  true: bytesOf("true"),
  false: bytesOf("false"),
  null: bytesOf("null"),
  colon: bytesOf(":"),
  endArray: bytesOf("]"),
} as const;
