/**
 * A body is JSON text in a resource's inputs. If a value of the program has no JSON form, this prefix and the reason replace it:
 * together they are not JSON, so that no body can look like them.
 */
const prefix = "no JSON: ";

/** @param reason a clause without a full stop, without the value itself */
export function encodeInvalidBody(reason: string): string {
  return `${prefix}${reason}`;
}

/** Returns the reason, undefined if the text is not what {@link encodeInvalidBody} writes. */
export function decodeInvalidBody(text: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}
