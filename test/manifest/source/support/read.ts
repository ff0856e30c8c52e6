import type { RowReader } from "../../../../src/manifest/source/rows.ts";
import { DataStop } from "../../../../src/manifest/source/stop.ts";
import { utf8Chunks } from "../../../../src/manifest/source/utf8.ts";

/** What a reader makes of a file: its rows, and `line:column CODE: what. next` for each problem. */
export async function readText(reader: RowReader, text: string | Buffer) {
  async function* pieces() {
    yield Buffer.from(text);
  }
  const values: unknown[] = [];
  const problems: string[] = [];
  const tell = (code: string, spot: { line: number; column: number }, what: string, next: string) => {
    problems.push(`${spot.line}:${spot.column} ${code}: ${what}. ${next}`);
  };
  try {
    for await (const rows of reader(utf8Chunks(pieces()), { tell, skip: 0 })) {
      for (const { value } of rows) values.push(value);
    }
  } catch (error) {
    if (!(error instanceof DataStop)) throw error;
    tell(error.code, error.spot, error.message, error.next);
  }
  return { values, problems };
}
