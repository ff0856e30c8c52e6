import { createInterface } from "node:readline/promises";
import { toPrintable } from "../../printable.ts";

/** Asks a yes/no question. Every answer other than `y` or `yes` means no, and so does the end of the input. */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  return /^y(es)?$/i.test((await readAnswer(`${question} [y/N]`, input, output)) ?? "");
}

/** Asks the user to type a text, and returns whether the answer is exactly that text. */
export async function confirmByTyping(
  question: string,
  expected: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  return (await readAnswer(question, input, output)) === expected;
}

/** @returns the trimmed answer; undefined at the end of the input */
async function readAnswer(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string | undefined> {
  const terminal = createInterface({ input, output });
  const gone = new AbortController();
  terminal.once("close", () => gone.abort());
  try {
    return (await terminal.question(`${toPrintable(question)} `, { signal: gone.signal })).trim();
  } catch (error) {
    if (gone.signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
