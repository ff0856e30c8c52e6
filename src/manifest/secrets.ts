import type { JsonValue, Message, SecretSlot } from "../types.ts";
import { quote } from "./problem.ts";

/** A message cannot be completed. It names secrets, and never holds a value of one. */
export class SecretError extends Error {
  override name = "SecretError";
}

/**
 * Puts the values of secrets into a message's body. Only for the moment of the push: what comes back must go nowhere
 * but into the request.
 *
 * @throws SecretError when a secret has no value
 */
export function fillSecrets(message: Message, secrets: ReadonlyMap<string, string>): Message {
  const { secrets: slots = [], json: _, ...complete } = message;
  const missing = new Set(slots.map(({ name }) => name).filter((name) => !secrets.has(name)));
  if (missing.size > 0) {
    const names = [...missing].map(quote).join(", ");
    throw new SecretError(
      `SECRET_MISSING: the stack's configuration has no secret ${names}. ` +
        `Set it with "pulumi config set --secret", and deploy again.`,
    );
  }
  // From the last to the first, so that the offsets of those still to fill stay true.
  const body = slots.toReversed().reduce((at, slot) => fill(at, slot, slot.path, secrets), message.body);
  const filled = slots.flatMap(({ name }) => secrets.get(name) ?? []);
  return { ...complete, body, ...(filled.length > 0 && { filled }) };
}

function fill(
  value: JsonValue,
  slot: SecretSlot,
  path: SecretSlot["path"],
  secrets: ReadonlyMap<string, string>,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) {
    const written = `\${secret.${slot.name}}`;
    if (typeof value !== "string" || !value.startsWith(written, slot.at)) throw misplaced(slot);
    return value.slice(0, slot.at) + secrets.get(slot.name) + value.slice(slot.at + written.length);
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) throw misplaced(slot);
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) => (index === step ? fill(item, slot, rest, secrets) : item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === step ? fill(inner, slot, rest, secrets) : inner]),
  );
}

function misplaced({ name }: SecretSlot): SecretError {
  return new SecretError(`the body has no place for the secret ${quote(name)}: it is not the body that was read`);
}
