import type { JsonValue, Message, SecretSlot } from "../../types.ts";
import { quote } from "../problem/problem.ts";

/** Thrown if a message lacks a secret. The message names secrets, and never contains their values. */
export class SecretError extends Error {
  override name = "SecretError";
}

/**
 * Inserts the values of secrets into a message's body, by the names of their variables. Use the result only for the request.
 *
 * @throws SecretError if a secret has no value
 */
export function fillSecrets(message: Message, secrets: ReadonlyMap<string, string>): Message {
  const { secrets: slots = [], json: _, canonical: __, ...complete } = message;
  const missing = slots.filter((slot) => !secrets.has(formatVariable(slot)));
  if (missing.length > 0) throw missingSecretError(missing);
  // From the last to the first, so that earlier offsets stay valid.
  const body = slots.toReversed().reduce((at, slot) => fill(at, slot, slot.path, secrets), message.body);
  const secretValues = slots.flatMap((slot) => secrets.get(formatVariable(slot)) ?? []);
  return { ...complete, body, ...(secretValues.length > 0 && { secretValues }) };
}

/** Returns the name of a secret's variable: `secret.NAME` or `env.NAME`. */
export function formatVariable({ name, from }: Pick<SecretSlot, "name" | "from">): string {
  return `${from ?? "secret"}.${name}`;
}

/** Returns the placeholder of a secret in the body until the push. */
export function formatPlaceholder(slot: SecretSlot): string {
  return `\${${formatVariable(slot)}}`;
}

function missingSecretError(slots: readonly SecretSlot[]): SecretError {
  const named = (from: SecretSlot["from"]) => {
    const names = new Set(slots.filter((slot) => slot.from === from).map(({ name }) => quote(name)));
    return [...names].join(", ");
  };
  const configured = named(undefined);
  if (configured !== "") {
    return new SecretError(
      `SECRET_MISSING: the stack's configuration has no secret ${configured}. ` +
        `Set it with "pulumi config set --secret", and deploy again.`,
    );
  }
  return new SecretError(
    `SECRET_MISSING: the environment has no variable ${named("env")}. Set it where the run starts, and deploy again.`,
  );
}

function fill(
  value: JsonValue,
  slot: SecretSlot,
  path: SecretSlot["path"],
  secrets: ReadonlyMap<string, string>,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) {
    const input = formatPlaceholder(slot);
    if (typeof value !== "string" || !value.startsWith(input, slot.at)) throw misplacedSecretError(slot);
    return value.slice(0, slot.at) + secrets.get(formatVariable(slot)) + value.slice(slot.at + input.length);
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) throw misplacedSecretError(slot);
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) => (index === step ? fill(item, slot, rest, secrets) : item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === step ? fill(inner, slot, rest, secrets) : inner]),
  );
}

function misplacedSecretError({ name }: SecretSlot): SecretError {
  return new SecretError(`the body has no place for the secret ${quote(name)}: it is not the body that was read`);
}
