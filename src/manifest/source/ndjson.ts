import { formatCount } from "../../format.ts";
import type { JsonValue } from "../../types.ts";
import { parseExactly } from "./json.ts";
import { type Flaw, isUnfinished } from "./json-syntax.ts";
import type { Row, RowReader } from "./rows.ts";
import { maxRowBytes, rowTooLong } from "./rows.ts";
import { DataStop, type Spot, type TellSpot } from "./stop.ts";

/**
 * Reads one JSON value a line. Lines end with LF or CRLF; empty ones are passed over. Lines are cut in the bytes, where a
 * line feed is one byte and nothing else: readers that know all of Unicode's line ends would cut inside texts.
 */
export const readNdjson: RowReader = async function* (chunks, { tell, skip }) {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let left = skip;
  let rows = 0;
  let first: Row | undefined;
  const broken = new BrokenLines(tell);

  const readLine = (bytes: Buffer): Row | undefined => {
    const at = { line, column: 1 };
    line += 1;
    if (bytes.length > maxRowBytes) throw rowTooLong(at);
    if (isBlank(bytes)) return undefined;
    if (left > 0) {
      left -= 1;
      return undefined;
    }
    const text = bytes.toString("utf8");
    const parsed = parseExactly(text, bytes.length);
    broken.meet(text, at, parsed.ok ? [] : parsed.flaws);
    if (!parsed.ok) return undefined;
    const row = { value: parsed.value, json: parsed.json, bytes: parsed.bytes, spot: at, spelling: parsed.spelling };
    rows += 1;
    if (rows === 1 && skip === 0) {
      first = row;
      if (isListOfMaps(row.value)) warnOfArray(row, tell);
    }
    return row;
  };

  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const some: Row[] = [];
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      const row = readLine(bytes.subarray(from, end));
      if (row) some.push(row);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > maxRowBytes) throw rowTooLong({ line, column: 1 });
    if (some.length > 0) yield some;
  }
  const last = readLine(rest);
  if (last) yield [last];
  broken.end();
  if (rows === 1 && first !== undefined && !isListOfMaps(first.value)) warnOfArray(first, tell);
};

/** Tells what lines have against them, and stops where they are the lines of a value that is written over several. */
class BrokenLines {
  readonly #tell: TellSpot;
  /** A line that only lacks its end; the next line says whether that is a fault or a way to write. */
  #unfinished: { readonly text: string; readonly spot: Spot; readonly flaws: readonly Flaw[] } | undefined;

  constructor(tell: TellSpot) {
    this.#tell = tell;
  }

  meet(text: string, spot: Spot, flaws: readonly Flaw[]): void {
    const before = this.#unfinished;
    if (before !== undefined && goesOn(before.text.trim(), text, flaws)) throw severalLines(before.text, before.spot);
    this.end();
    if (flaws[0]?.code === "DATA_NOT_JSON" && isUnfinished(text)) this.#unfinished = { text, spot, flaws };
    else this.#tellAll(spot, flaws);
  }

  end(): void {
    if (this.#unfinished !== undefined) this.#tellAll(this.#unfinished.spot, this.#unfinished.flaws);
    this.#unfinished = undefined;
  }

  #tellAll(spot: Spot, flaws: readonly Flaw[]): void {
    for (const { code, offset, what, next } of flaws) {
      const place = { ...spot, column: offset + 1 };
      if (code === "MERGE_CONFLICT") throw new DataStop(code, place, what, next);
      this.#tell(code, place, what, next);
    }
  }
}

/** Whether a line goes on with the value that the line before began; a row that was cut is followed by a row. */
function goesOn(begun: string, line: string, flaws: readonly Flaw[]): boolean {
  return begun === "{" || begun === "[" || (flaws.length > 0 && /^[\s"}\]]/.test(line));
}

function severalLines(begun: string, spot: Spot): DataStop {
  const next = begun.trimStart().startsWith("[")
    ? 'Write "format: json" for a file that is one array, or put each value on one line ("jq -c .").'
    : 'Put each value on one line ("jq -c ."), or write "format: json" for a file that is one array.';
  return new DataStop("DATA_NOT_JSON", spot, "this is one JSON value over several lines", next);
}

function isListOfMaps(value: JsonValue): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item));
}

function warnOfArray({ value, spot }: Row, tell: TellSpot): void {
  if (!Array.isArray(value) || value.length === 0) return;
  const what = `the row is an array of ${formatCount(value.length, "item")}, and becomes one message`;
  tell("ARRAY_ROW", spot, what, 'Write "format: json" if each item is to be a message.');
}

function isBlank(bytes: Buffer): boolean {
  return (
    bytes.length === 0 ||
    ((bytes[0] ?? 0) <= 0x20 && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d))
  );
}
