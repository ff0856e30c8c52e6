import { limits } from "../limits.ts";
import type { Message, SourceLocation } from "../types.ts";
import { detectCredentials } from "./detect-credentials.ts";
import type { OnVariableProblem } from "./interpolate.ts";
import { formatLocation } from "./problem.ts";

/** Bytes of a body that the API counts as one operation: 64,000, with about 100 of metadata. */
const operationBytes = 63_900;

/** Warns of messages that are right, and yet hardly meant. One linter sees the messages of one manifest. */
export class MessageLinter {
  readonly #seen = new Map<string, SourceLocation>();

  /**
   * @param bytes of the body
   * @param repeated whether it is one of several by for_each, which are meant to be alike
   */
  check(message: Message, bytes: number, repeated: boolean, onProblem: OnVariableProblem): void {
    detectCredentials(message, onProblem);
    if (bytes > operationBytes && bytes <= limits.messageBytes) {
      const operations = Math.ceil(bytes / operationBytes);
      const what = `the body has ${bytes} bytes, which count and cost as ${operations} operations`;
      onProblem("BODY_LARGE", ["body"], "", what, "Make it smaller, or send a link to where the data is.");
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
