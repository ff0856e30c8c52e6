import { limits } from "../limits.ts";
import type { Message, SourceLocation } from "../types.ts";
import { detectCredentials } from "./detect-credentials.ts";
import type { OnVariableProblem } from "./interpolate.ts";
import { formatLocation } from "./problem.ts";

/** Maximum bytes of a body that count as one operation: 64,000, including about 100 of metadata. */
const operationBytes = 63_900;

/** Warns about valid messages that are probably mistakes. Use one linter per manifest. */
export class MessageLinter {
  readonly #seen = new Map<string, SourceLocation>();

  /**
   * Checks a message.
   *
   * @param bytes of the body
   * @param repeated whether for_each produced it, so that equal messages are intended
   */
  check(message: Message, bytes: number, repeated: boolean, onProblem: OnVariableProblem): void {
    detectCredentials(message, onProblem);
    if (bytes > operationBytes && bytes <= limits.messageBytes) {
      const operations = Math.ceil(bytes / operationBytes);
      const what = `the body has ${bytes} bytes, which are billed as ${operations} operations`;
      onProblem("BODY_LARGE", ["body"], "", what, "Make it smaller, or send a link to the data.");
    }
    if (message.id === undefined && !repeated) this.#checkDuplicate(message, onProblem);
  }

  #checkDuplicate({ contentType, body, location }: Message, onProblem: OnVariableProblem): void {
    const key = `${contentType} ${JSON.stringify(body)}`;
    const first = this.#seen.get(key);
    if (first === undefined) {
      this.#seen.set(key, location);
      return;
    }
    const what = `the message at ${formatLocation(first)} has the same body, and neither has an id`;
    onProblem("DUPLICATE_MESSAGE", [], "", what, "Remove one of them, or give them ids.");
  }
}
