import { limits } from "../limits.ts";
import { hasIdCharacters, maxIdLength } from "../message-id.ts";
import { countBodyBytes } from "../plan/index.ts";
import type { Message, PushMode, SourceLocation } from "../types.ts";
import { checkBodySchemas } from "./body.ts";
import { interpolate, type OnProblem } from "./interpolate.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import { placeholderOf } from "./secrets.ts";
import { type Stamper, stamped } from "./stamp.ts";
import { bytesOf, type Scope } from "./variables.ts";
import { shown, typeName } from "./words.ts";
import type { WrittenDefaults, WrittenMessage } from "./written.ts";

/** What all messages of a manifest have in common. */
export interface Common {
  readonly push: PushMode;
  readonly defaults: WrittenDefaults | undefined;
  readonly schemas: readonly BodySchema[];
  /** Where the manifest has a `dedup_field`. */
  readonly stamper: Stamper | undefined;
}

/** A message whose variables are replaced. */
export interface Built {
  readonly message: Message;
  /** Bytes of the body, as far as it is known. */
  readonly bytes: number;
}

/**
 * Makes a message out of what a manifest writes, and checks what the schema cannot see: what variables have become, the
 * body of a text, its size.
 *
 * @param tell is given paths that begin at the message
 * @param row number of the message's row in a data file
 */
export function buildMessage(
  written: WrittenMessage,
  { defaults, schemas, stamper }: Common,
  scope: Scope,
  place: SourceLocation,
  tell: OnProblem,
  row?: number,
): Built {
  const contentType = written.content_type ?? defaults?.content_type ?? "json";
  const body = interpolate(
    written.body,
    scope,
    { secretsAllowed: true, textOnly: contentType === "text" },
    below("body", tell),
  );
  const plain: Message = {
    id: buildId(written.id, scope, tell),
    body: body.value,
    // Of a row that is the body as it is, the JSON is known.
    ...(scope.row !== undefined && body.value === scope.local.row && { json: scope.row.json }),
    contentType,
    delaySeconds: buildDelay(written.delay_seconds ?? defaults?.delay_seconds, scope, tell),
    ...(body.secrets.length > 0 ? { secrets: body.secrets } : {}),
    location: place,
  };
  const stamp = stamper?.stamp(plain, body.unknown, row, tell);
  const message = stamp === undefined ? plain : { ...plain, dedupKey: stamp };
  const sent = stamped(message);
  checkBodySchemas(schemas, sent, body.unknown, tell);
  const incomplete = body.unknown.length > 0;
  return { message, bytes: checkBody(sent, incomplete ? undefined : secretsBytes(message, scope), tell) };
}

/**
 * What secrets add to a body's bytes; undefined where their values are not known. Once they are filled in, less than
 * their placeholders may be left.
 */
function secretsBytes({ secrets = [], contentType }: Message, { variables }: Scope): number | undefined {
  let sum = 0;
  for (const slot of secrets) {
    const bytes = slot.from === "env" ? bytesOf(variables.env?.[slot.name]) : variables.secretBytes?.(slot.name);
    if (bytes === undefined) return undefined;
    const placeholder = placeholderOf(slot);
    const written = contentType === "text" ? placeholder : JSON.stringify(placeholder).slice(1, -1);
    sum += (contentType === "text" ? bytes.text : bytes.json) - Buffer.byteLength(written);
  }
  return sum;
}

function buildId(id: string | undefined, scope: Scope, tell: OnProblem): string | undefined {
  if (id === undefined) return undefined;
  const { value } = interpolate(id, scope, { secretsAllowed: false, textOnly: true }, below("id", tell));
  const text = String(value);
  if (!hasIdCharacters(text)) {
    const what = `the id ${shown(text)} has a character that controls how text is shown`;
    tell("VALUE_NOT_ALLOWED", ["id"], "", what, "Name a variable that has a text on one line.");
    return undefined;
  }
  if (text.length > 0 && text.length <= maxIdLength) return text;
  const what = `the id ${shown(text)} has ${text.length} characters, not 1 to ${maxIdLength}`;
  tell("VALUE_NOT_ALLOWED", ["id"], "", what, "Name a variable that has a shorter text.");
  return undefined;
}

export function buildDelay(written: number | string | undefined, scope: Scope, tell: OnProblem): number | undefined {
  if (typeof written !== "string") return written;
  const path = ["delay_seconds"];
  const options = { secretsAllowed: false, textOnly: false };
  const { value, unknown } = interpolate(written, scope, options, below("delay_seconds", tell));
  if (unknown.length > 0 || value === written) return undefined;
  // The engine's configuration holds numbers as text.
  const seconds = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 0 && seconds <= limits.delaySeconds) {
    return seconds;
  }
  const what = `the delay is ${shown(value)}, not whole seconds from 0 to ${limits.delaySeconds}`;
  tell("VALUE_NOT_ALLOWED", path, written, what, "Name a variable that has whole seconds.");
  return undefined;
}

/**
 * @param added bytes that secrets add; undefined where the body is not known yet
 * @returns the body's bytes without its secrets, whose size is theirs to keep
 */
function checkBody(message: Message, added: number | undefined, tell: OnProblem): number {
  if (message.contentType === "text" && typeof message.body !== "string") {
    const what = `the body is ${typeName(message.body)}, but the message's content type is text`;
    tell("TEXT_BODY_NOT_TEXT", ["body"], "", what, "Put the body in quotes, or write content_type: json.");
    return 0;
  }
  const bytes = countBodyBytes(message);
  if (added !== undefined && bytes + added > limits.messageBytes) {
    const { what, next } = message.secrets === undefined ? tooLarge(bytes) : tooLargeWithSecrets;
    tell("BODY_TOO_LARGE", ["body"], "", what, next);
  }
  return bytes;
}

export function tooLarge(bytes: number): { readonly what: string; readonly next: string } {
  return {
    what: `the body has ${bytes} bytes, more than the ${limits.messageBytes} that the API takes in a message`,
    next: "Split it into several messages, or send a link to where the data is.",
  };
}

/** Does not say how large: that would tell how long a secret is. */
const tooLargeWithSecrets = {
  what: `the body has more than the ${limits.messageBytes} bytes that the API takes in a message, once its secrets are in it`,
  next: "Split it into several messages, or have the consumer read the secrets where they are.",
};

/** Tells of problems in a part of the message. */
function below(key: string, tell: OnProblem): OnProblem {
  return (code, path, ...rest) => tell(code, [key, ...path], ...rest);
}
