import { limits } from "../limits.ts";
import { hasIdCharacters, maxIdLength } from "../message-id.ts";
import { countBodyBytes } from "../plan/index.ts";
import type { Message, PushMode, SourceLocation } from "../types.ts";
import { type DedupKeyGenerator, withDedupKey } from "./dedup-key.ts";
import { describeType, describeValue } from "./describe-value.ts";
import { interpolate, type OnVariableProblem } from "./interpolate.ts";
import type { DefaultsInput, MessageInput } from "./manifest-input.ts";
import type { BodySchema } from "./schema/body-schema.ts";
import { formatPlaceholder } from "./secrets.ts";
import { validateBody } from "./validate-body.ts";
import { measureSecret, type Scope } from "./variables.ts";

/** What all messages of a manifest have in common. */
export interface ManifestContext {
  readonly push: PushMode;
  readonly defaults: DefaultsInput | undefined;
  readonly schemas: readonly BodySchema[];
  /** Where the manifest has a `dedup_field`. */
  readonly stamper: DedupKeyGenerator | undefined;
}

/** A message whose variables are replaced. */
export interface BuiltMessage {
  readonly message: Message;
  /** Bytes of the body, as far as it is known. */
  readonly bytes: number;
}

/**
 * Makes a message out of what a manifest writes, and checks what the schema cannot see: what variables have become, the
 * body of a text, its size.
 *
 * @param onProblem is given paths that begin at the message
 * @param row number of the message's row in a data file
 */
export function buildMessage(
  input: MessageInput,
  { defaults, schemas, stamper: dedupKeys }: ManifestContext,
  scope: Scope,
  location: SourceLocation,
  onProblem: OnVariableProblem,
  row?: number,
): BuiltMessage {
  const contentType = input.content_type ?? defaults?.content_type ?? "json";
  const body = interpolate(
    input.body,
    scope,
    { secretsAllowed: true, textOnly: contentType === "text" },
    withKey("body", onProblem),
  );
  const plain: Message = {
    id: buildId(input.id, scope, onProblem),
    body: body.value,
    // Of a row that is the body as it is, the JSON is known.
    ...(scope.row !== undefined && body.value === scope.local.row && { json: scope.row.json }),
    contentType,
    delaySeconds: buildDelay(input.delay_seconds ?? defaults?.delay_seconds, scope, onProblem),
    ...(body.secrets.length > 0 ? { secrets: body.secrets } : {}),
    location,
  };
  const stamp = dedupKeys?.generate(plain, body.unknown, row, onProblem);
  const message = stamp === undefined ? plain : { ...plain, dedupKey: stamp };
  const sent = withDedupKey(message);
  validateBody(schemas, sent, body.unknown, onProblem);
  const incomplete = body.unknown.length > 0;
  return { message, bytes: checkBody(sent, incomplete ? undefined : countSecretBytes(message, scope), onProblem) };
}

/**
 * What secrets add to a body's bytes; undefined where their values are not known. Once they are filled in, less than
 * their placeholders may be left.
 */
function countSecretBytes({ secrets = [], contentType }: Message, { variables }: Scope): number | undefined {
  let sum = 0;
  for (const slot of secrets) {
    const bytes = slot.from === "env" ? measureSecret(variables.env?.[slot.name]) : variables.secretBytes?.(slot.name);
    if (bytes === undefined) return undefined;
    const placeholder = formatPlaceholder(slot);
    const input = contentType === "text" ? placeholder : JSON.stringify(placeholder).slice(1, -1);
    sum += (contentType === "text" ? bytes.text : bytes.json) - Buffer.byteLength(input);
  }
  return sum;
}

function buildId(id: string | undefined, scope: Scope, onProblem: OnVariableProblem): string | undefined {
  if (id === undefined) return undefined;
  const { value } = interpolate(id, scope, { secretsAllowed: false, textOnly: true }, withKey("id", onProblem));
  const text = String(value);
  if (!hasIdCharacters(text)) {
    const what = `the id ${describeValue(text)} has a character that controls how text is shown`;
    onProblem("VALUE_NOT_ALLOWED", ["id"], "", what, "Name a variable that has a text on one line.");
    return undefined;
  }
  if (text.length > 0 && text.length <= maxIdLength) return text;
  const what = `the id ${describeValue(text)} has ${text.length} characters, not 1 to ${maxIdLength}`;
  onProblem("VALUE_NOT_ALLOWED", ["id"], "", what, "Name a variable that has a shorter text.");
  return undefined;
}

export function buildDelay(
  input: number | string | undefined,
  scope: Scope,
  onProblem: OnVariableProblem,
): number | undefined {
  if (typeof input !== "string") return input;
  const path = ["delay_seconds"];
  const options = { secretsAllowed: false, textOnly: false };
  const { value, unknown } = interpolate(input, scope, options, withKey("delay_seconds", onProblem));
  if (unknown.length > 0 || value === input) return undefined;
  // The engine's configuration holds numbers as text.
  const seconds = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 0 && seconds <= limits.delaySeconds) {
    return seconds;
  }
  const what = `the delay is ${describeValue(value)}, not whole seconds from 0 to ${limits.delaySeconds}`;
  onProblem("VALUE_NOT_ALLOWED", path, input, what, "Name a variable that has whole seconds.");
  return undefined;
}

/**
 * @param added bytes that secrets add; undefined where the body is not known yet
 * @returns the body's bytes without its secrets, whose size is theirs to keep
 */
function checkBody(message: Message, added: number | undefined, onProblem: OnVariableProblem): number {
  if (message.contentType === "text" && typeof message.body !== "string") {
    const what = `the body is ${describeType(message.body)}, but the message's content type is text`;
    onProblem("TEXT_BODY_NOT_TEXT", ["body"], "", what, "Put the body in quotes, or write content_type: json.");
    return 0;
  }
  const bytes = countBodyBytes(message);
  if (added !== undefined && bytes + added > limits.messageBytes) {
    const { what, next } = message.secrets === undefined ? bodyTooLarge(bytes) : tooLargeWithSecrets;
    onProblem("BODY_TOO_LARGE", ["body"], "", what, next);
  }
  return bytes;
}

export function bodyTooLarge(bytes: number): { readonly what: string; readonly next: string } {
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
function withKey(key: string, onProblem: OnVariableProblem): OnVariableProblem {
  return (code, path, ...rest) => onProblem(code, [key, ...path], ...rest);
}
