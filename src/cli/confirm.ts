import { createInterface } from "node:readline/promises";
import { printable } from "../printable.ts";

/** Asks the person at the terminal. Anything but a yes is a no, also the end of the input. */
export async function confirmed(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  const gone = new AbortController();
  terminal.once("close", () => gone.abort());
  try {
    const answer = await terminal.question(`${printable(question)} [y/N] `, { signal: gone.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (gone.signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
