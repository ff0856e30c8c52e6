import { limits } from "../../limits.ts";
import type { ContentType } from "../../types.ts";
import { describeType, describeValue } from "../problem/describe-value.ts";
import { quote } from "../problem/problem.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/** Maximum characters of a message's id, which the ledger stores in the Pulumi state. The schema of manifests has the same limit. */
const maxIdLength = 200;

/**
 * Characters that an id must not contain: control characters, line separators and bidirectional controls. Ids are part of the
 * stack's outputs, which Pulumi prints verbatim. The schema of manifests has the same rule.
 */
const forbiddenInId = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Reports whether a text contains only characters that are allowed in an id. */
function hasIdCharacters(text: string): boolean {
  return !forbiddenInId.test(text);
}

/** A rule that a property of a message breaks. The texts are those of a diagnostic. */
export interface BrokenRule {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
}

/** Checks a message's id, of a manifest or of a program. */
export function checkId(id: unknown): BrokenRule | undefined {
  const code = "VALUE_NOT_ALLOWED";
  if (typeof id !== "string") {
    return { code, message: `the id is ${describeType(id)}, not text`, hint: "Give text." };
  }
  if (!hasIdCharacters(id)) {
    const message = `the id ${describeValue(id)} has a character that controls how text is shown`;
    return { code, message, hint: "Use text on one line." };
  }
  if (id.length > 0 && id.length <= maxIdLength) return undefined;
  const message = `the id ${describeValue(id)} has ${id.length} characters, not 1 to ${maxIdLength}`;
  return { code, message, hint: id === "" ? "Use another text, or leave out the id." : "Use a shorter text." };
}

/** Checks a delay in seconds. */
export function checkDelay(seconds: unknown): BrokenRule | undefined {
  const { delaySeconds: most } = limits;
  if (typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 0 && seconds <= most) return undefined;
  const message = `the delay is ${describeValue(seconds)}, not whole seconds from 0 to ${most}`;
  return { code: "VALUE_NOT_ALLOWED", message, hint: "Use whole seconds, at most 24 hours." };
}

/** Checks that the body of a text message is text. */
export function checkBodyType(body: unknown, contentType: ContentType): BrokenRule | undefined {
  if (contentType !== "text" || typeof body === "string") return undefined;
  const message = `the body is ${describeType(body)}, but the message's content type is text`;
  return {
    code: "TEXT_BODY_NOT_TEXT",
    message,
    hint: "Make the body text (in YAML, in quotes), or set the content type to json.",
  };
}

/** Checks the size of a body. @param bytes as the API counts them */
export function checkBodySize(bytes: number): BrokenRule | undefined {
  if (bytes <= limits.messageBytes) return undefined;
  return {
    code: "BODY_TOO_LARGE",
    message: `the body has ${bytes} bytes; the API accepts ${limits.messageBytes}`,
    hint: "Split it into several messages, or send a link to the data.",
  };
}

/** Finds ids that several messages of one manifest have. `Location` is where each was found first. */
export class UniqueIds<Location> {
  readonly #first = new Map<string, Location>();
  readonly #format: (location: Location) => string;

  constructor(format: (location: Location) => string) {
    this.#format = format;
  }

  /** Adds an id. @param location called if the id is new */
  add(id: string, location: () => Location): BrokenRule | undefined {
    const first = this.#first.get(id);
    if (first === undefined) {
      this.#first.set(id, location());
      return undefined;
    }
    const message = `the id ${quote(id)} is already used by the message at ${this.#format(first)}`;
    return { code: "DUPLICATE_ID", message, hint: "Give each message of a manifest its own id." };
  }
}
