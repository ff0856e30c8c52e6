import { DataFileAbort } from "../../../../src/manifest/source/data-file-errors.ts";
import type { RowReader } from "../../../../src/manifest/source/row-reader.ts";
import { utf8Chunks } from "../../../../src/manifest/source/utf8.ts";

/** Reads a file with a reader. @returns its rows, and `line:column CODE: what. next` for each problem */
export async function readText(reader: RowReader, text: string | Buffer) {
  async function* pieces() {
    yield Buffer.from(text);
  }
  const values: unknown[] = [];
  const problems: string[] = [];
  const onProblem = (code: string, position: { line: number; column: number }, what: string, next: string) => {
    problems.push(`${position.line}:${position.column} ${code}: ${what}. ${next}`);
  };
  try {
    for await (const rows of reader(utf8Chunks(pieces()), { onProblem, skip: 0 })) {
      for (const { value } of rows) values.push(value);
    }
  } catch (error) {
    if (!(error instanceof DataFileAbort)) throw error;
    onProblem(error.code, error.location, error.message, error.hint);
  }
  return { values, problems };
}
