import { limits } from "../../limits.ts";
import { countBodyBytes } from "../../plan/index.ts";
import type { Message, PushMode, SourceLocation } from "../../types.ts";
import type { DefaultsInput, MessageInput } from "../manifest-input.ts";
import type { BodySchema } from "../schema/body-schema.ts";
import { interpolate } from "../template/interpolate.ts";
import { formatPlaceholder } from "../template/secrets.ts";
import { measureSecret, type Scope } from "../template/variables.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import { checkBodySize, checkBodyType, checkDelay, checkId } from "./check-message.ts";
import { type DedupKeyGenerator, withDedupKey } from "./dedup-key.ts";
import { validateBody } from "./validate-body.ts";

/** The settings that all messages of a manifest share. */
export interface ManifestContext {
  readonly push: PushMode;
  readonly defaults: DefaultsInput | undefined;
  readonly schemas: readonly BodySchema[];
  /** Set if the manifest has a `dedup_field`. */
  readonly dedupKeys: DedupKeyGenerator | undefined;
}

/** A message with its variables replaced. */
export interface BuiltMessage {
  readonly message: Message;
  /** Bytes of the known parts of the body. */
  readonly bytes: number;
}

/**
 * Builds a message of a manifest, and checks what the schema cannot: the values of variables, the body of a text message, and the
 * size.
 *
 * @param onProblem called with paths relative to the message
 * @param row number of the message's row in a data file
 */
export function buildMessage(
  input: MessageInput,
  { defaults, schemas, dedupKeys }: ManifestContext,
  scope: Scope,
  location: SourceLocation,
  onProblem: OnMessageProblem,
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
    // If the row itself is the body, its JSON is available.
    ...(scope.row !== undefined &&
      body.value === scope.local.row && { json: scope.row.json, canonical: scope.row.canonical }),
    contentType,
    delaySeconds: buildDelay(input.delay_seconds ?? defaults?.delay_seconds, scope, onProblem),
    ...(body.secrets.length > 0 ? { secrets: body.secrets } : {}),
    location,
  };
  const dedupKey = dedupKeys?.generate(plain, body.unknown, row, onProblem);
  const message = dedupKey === undefined ? plain : { ...plain, dedupKey };
  const sent = withDedupKey(message);
  validateBody(schemas, sent, body.unknown, onProblem);
  const incomplete = body.unknown.length > 0;
  return { message, bytes: checkBody(sent, incomplete ? undefined : countSecretBytes(message, scope), onProblem) };
}

/**
 * Returns the bytes that secrets add to a body, which may be negative because they replace placeholders; undefined if their values
 * are unknown.
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

function buildId(id: string | undefined, scope: Scope, onProblem: OnMessageProblem): string | undefined {
  if (id === undefined) return undefined;
  const { value } = interpolate(id, scope, { secretsAllowed: false, textOnly: true }, withKey("id", onProblem));
  const text = String(value);
  const broken = checkId(text);
  if (broken === undefined) return text;
  onProblem(broken.code, { path: ["id"] }, broken.message, broken.hint);
  return undefined;
}

export function buildDelay(
  input: number | string | undefined,
  scope: Scope,
  onProblem: OnMessageProblem,
): number | undefined {
  if (typeof input !== "string") return input;
  const path = ["delay_seconds"];
  const options = { secretsAllowed: false, textOnly: false };
  const { value, unknown } = interpolate(input, scope, options, withKey("delay_seconds", onProblem));
  if (unknown.length > 0 || value === input) return undefined;
  // Pulumi's configuration stores numbers as text.
  const seconds = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  const broken = checkDelay(seconds);
  if (broken === undefined) return seconds as number;
  onProblem(broken.code, { path, snippet: input }, broken.message, broken.hint);
  return undefined;
}

/**
 * Checks the type and the size of a body.
 *
 * @param added bytes that secrets add; undefined if the body is not known yet
 * @returns the body's bytes without its secrets, whose size is confidential
 */
function checkBody(message: Message, added: number | undefined, onProblem: OnMessageProblem): number {
  const mistyped = checkBodyType(message.body, message.contentType);
  if (mistyped !== undefined) {
    onProblem(mistyped.code, { path: ["body"] }, mistyped.message, mistyped.hint);
    return 0;
  }
  const bytes = countBodyBytes(message);
  const oversized = added === undefined ? undefined : checkBodySize(bytes + added);
  if (oversized !== undefined) {
    const { message: what, hint } = message.secrets === undefined ? oversized : tooLargeWithSecrets;
    onProblem(oversized.code, { path: ["body"] }, what, hint);
  }
  return bytes;
}

/** Does not contain the size, which would reveal the length of a secret. */
const tooLargeWithSecrets = {
  message: `with its secrets, the body has more than the ${limits.messageBytes} bytes that the API accepts`,
  hint: "Split it into several messages, or let the consumer read the secrets from their source.",
};

/** Reports problems of a part of the message. */
function withKey(key: string, onProblem: OnMessageProblem): OnMessageProblem {
  return (code, location, ...rest) => onProblem(code, { ...location, path: [key, ...location.path] }, ...rest);
}
