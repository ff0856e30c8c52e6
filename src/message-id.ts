/** Characters of a message's id: the ledger keeps it in the engine's state. The schema of manifests says the same. */
export const maxIdLength = 200;

/**
 * What an id must not hold: control characters, separators of lines, and what turns the order of the text around it. Ids stand
 * in the stack's outputs, which the engine prints as they are. The schema of manifests says the same.
 */
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Whether a text holds only characters that an id may have. */
export function hasIdCharacters(text: string): boolean {
  return !forbidden.test(text);
}
