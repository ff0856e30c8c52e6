import { parseExactly } from "./json.ts";
import type { Row, RowReader } from "./rows.ts";
import { maxRowBytes, rowTooLong } from "./rows.ts";

/**
 * Reads one JSON value a line. Lines end with LF or CRLF; empty ones are passed over. Lines are cut in the bytes, where a
 * line feed is one byte and nothing else: readers that know all of Unicode's line ends would cut inside texts.
 */
export const readNdjson: RowReader = async function* (chunks, { tell, skip }) {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let left = skip;

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
    if (parsed.ok) return { value: parsed.value, json: parsed.json, bytes: parsed.bytes, spot: at };
    for (const { code, offset, what, next } of parsed.flaws) tell(code, { ...at, column: offset + 1 }, what, next);
    return undefined;
  };

  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const rows: Row[] = [];
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      const row = readLine(bytes.subarray(from, end));
      if (row) rows.push(row);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > maxRowBytes) throw rowTooLong({ line, column: 1 });
    if (rows.length > 0) yield rows;
  }
  const last = readLine(rest);
  if (last) yield [last];
};

function isBlank(bytes: Buffer): boolean {
  return (
    bytes.length === 0 ||
    ((bytes[0] ?? 0) <= 0x20 && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d))
  );
}
