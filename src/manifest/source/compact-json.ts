import { maxDepth } from "../json/max-depth.ts";
import { createOrder, type Key, type KeyOrder, KnownKeys } from "./known-keys.ts";

/** The members of an object that was recognized. */
export interface CompactMembers {
  /** Its last key, which determines all its keys; undefined for an empty object and other values. */
  readonly lastKey: Key | undefined;
  /** Returns the JSON of the member at a position in the object; undefined for the whole object. */
  json(position: number | undefined): string;
  /** Returns the canonical JSON of the same. */
  canonical(position: number | undefined): string;
}

/**
 * Recognizes JSON texts that are written exactly as JSON.stringify would write them, and writes their canonical JSON from parts of
 * the text, without their value. Nearly all rows of data files are such texts with the keys of earlier rows, and parsing and
 * serializing all of them takes most of the time of a push.
 *
 * It recognizes only objects whose keys it knows from {@link CompactJson.learn}, in the same order. So it need not look for duplicate
 * keys, or for the order in which JavaScript has keys that are numbers.
 */
export class CompactJson implements CompactMembers {
  #text = "";
  /** The offset of the next character. */
  #at = 0;
  #depth = 0;
  /** The canonical JSON of the value that was read last; undefined if it is the value's text. */
  #written: string | undefined;
  /** The offsets of the members of open objects, three for each: in front of the key, of the value, and of its end. */
  readonly #offsets: number[] = [];
  /** The canonical JSON of the values of the same members; undefined if it is the value's text. */
  readonly #values: (string | undefined)[] = [];
  /** The number of these members; what follows them in both lists is of earlier objects. */
  #members = 0;
  readonly #known = new KnownKeys();
  #lastKey: Key | undefined;

  /**
   * Returns the canonical JSON (RFC 8785) of a text, which is then exactly one JSON value within the limits of nesting.
   *
   * @returns undefined for a text that it does not recognize, whether or not it is JSON
   */
  canonicalize(text: string): string | undefined {
    if (unusual.test(text) || !text.isWellFormed()) return undefined;
    this.#text = text;
    this.#at = 0;
    this.#depth = 0;
    this.#members = 0;
    this.#lastKey = undefined;
    const known = this.#readValue() && this.#at === text.length;
    return known ? (this.#written ?? text) : undefined;
  }

  /** The last key of the text that was recognized last. */
  get lastKey(): Key | undefined {
    return this.#lastKey;
  }

  json(position: number | undefined): string {
    if (position === undefined) return this.#text;
    return this.#text.slice(this.#offsets[position * 3 + 1], this.#offsets[position * 3 + 2]);
  }

  canonical(position: number | undefined): string {
    return (position === undefined ? this.#written : this.#values[position]) ?? this.json(position);
  }

  /** Remembers the keys of all objects in a value. */
  learn(value: unknown): void {
    this.#known.learn(value);
  }

  #readValue(): boolean {
    this.#written = undefined;
    switch (this.#text.charCodeAt(this.#at)) {
      case quote: {
        // Without a backslash in the text, the next quote ends the string.
        this.#at = this.#text.indexOf('"', this.#at + 1) + 1;
        return this.#at > 0;
      }
      case braceOpen:
        return this.#readNested(braceClose);
      case bracketOpen:
        return this.#readNested(bracketClose);
      case 0x74:
        return this.#skip("true");
      case 0x66:
        return this.#skip("false");
      case 0x6e:
        return this.#skip("null");
      default:
        return this.#readNumber();
    }
  }

  #skip(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #readNumber(): boolean {
    const start = this.#at;
    let end = start;
    let isInteger = true;
    for (; ; end += 1) {
      const character = this.#text.charCodeAt(end);
      if (character >= digitZero && character <= digitNine) continue;
      if (!isNumberSign(character)) break;
      isInteger = false;
    }
    this.#at = end;
    const digits = end - start;
    if (isInteger && digits > 0 && digits <= exactDigits) {
      return digits === 1 || this.#text.charCodeAt(start) !== digitZero;
    }
    const source = this.#text.slice(start, end);
    return String(Number(source)) === source;
  }

  /** Reads an object or an array. @param close the character that ends it */
  #readNested(close: number): boolean {
    if (this.#depth >= maxDepth) return false;
    if (this.#text.charCodeAt(this.#at + 1) === close) {
      this.#at += 2;
      return true;
    }
    this.#depth += 1;
    const known = close === braceClose ? this.#readObject() : this.#readArray();
    this.#depth -= 1;
    return known;
  }

  #readArray(): boolean {
    const start = this.#at;
    let written = "";
    let from = start;
    do {
      this.#at += 1;
      const at = this.#at;
      if (!this.#readValue()) return false;
      if (this.#written === undefined) continue;
      written += this.#text.slice(from, at) + this.#written;
      from = this.#at;
    } while (this.#text.charCodeAt(this.#at) === comma);
    if (this.#text.charCodeAt(this.#at) !== bracketClose) return false;
    this.#at += 1;
    this.#written = from === start ? undefined : written + this.#text.slice(from, this.#at);
    return true;
  }

  #readObject(): boolean {
    const first = this.#members;
    let key = this.#known.start;
    let isWritten = false;
    do {
      const next = this.#findKey(key);
      if (next === undefined) return false;
      key = next;
      const start = this.#at;
      const valueStart = start + key.label.length;
      this.#at = valueStart;
      if (!this.#readValue()) return false;
      const member = this.#members++;
      this.#offsets[member * 3] = start;
      this.#offsets[member * 3 + 1] = valueStart;
      this.#offsets[member * 3 + 2] = this.#at;
      this.#values[member] = this.#written;
      if (this.#written !== undefined) isWritten = true;
    } while (this.#text.charCodeAt(this.#at) === comma);
    if (this.#text.charCodeAt(this.#at) !== braceClose) return false;
    this.#at += 1;
    key.order ??= createOrder(key);
    if (this.#depth === 1) this.#lastKey = key;
    this.#written = isWritten || key.order !== "sorted" ? this.#writeObject(first, key.order) : undefined;
    this.#members = first;
    return true;
  }

  /** @param first the position of its first member in {@link #values} */
  #writeObject(first: number, order: KeyOrder): string {
    const count = this.#members - first;
    let text = "";
    for (let at = 0; at < count; at += 1) {
      const member = first + (order === "sorted" ? at : (order[at] as number));
      const start = (this.#offsets[member * 3] as number) + 1;
      const written = this.#values[member];
      text += at === 0 ? "{" : ",";
      if (written === undefined) text += this.#text.slice(start, this.#offsets[member * 3 + 2]);
      else text += this.#text.slice(start, this.#offsets[member * 3 + 1]) + written;
    }
    return `${text}}`;
  }

  /** Finds the key at the present position. @param before the previous key of the object */
  #findKey(before: Key): Key | undefined {
    if (before.latest !== undefined && this.#text.startsWith(before.latest.label, this.#at)) return before.latest;
    const start = this.#at + '{"'.length;
    const key = before.following.get(this.#text.slice(start, this.#text.indexOf('"', start)));
    if (key === undefined || !this.#text.startsWith(key.label, this.#at)) return undefined;
    before.latest = key;
    return key;
  }
}

const quote = 0x22;
const comma = 0x2c;
const bracketOpen = 0x5b;
const bracketClose = 0x5d;
const braceOpen = 0x7b;
const braceClose = 0x7d;

const digitZero = 0x30;
const digitNine = 0x39;

/** All integers of this many digits are exact in JavaScript. */
const exactDigits = 15;

/** Reports whether a character is one of numbers, but not a digit: + - . E e */
function isNumberSign(character: number): boolean {
  return character === 0x2b || character === 0x2d || character === 0x2e || character === 0x45 || character === 0x65;
}

/** JSON.stringify writes each backslash and each control character with a backslash, and no line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const unusual = /[\x00-\x1f\\]/;
