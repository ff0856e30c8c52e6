/** Maximum characters of a message's id, which the ledger stores in the Pulumi state. The schema of manifests has the same limit. */
export const maxIdLength = 200;

/**
 * Characters that an id must not contain: control characters, line separators and bidirectional controls. Ids are part of the
 * stack's outputs, which Pulumi prints verbatim. The schema of manifests has the same rule.
 */
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Reports whether a text contains only characters that are allowed in an id. */
export function hasIdCharacters(text: string): boolean {
  return !forbidden.test(text);
}
