/** Phrases that the patterns match although they are right, each with a file that needs it. */
export const allowed: readonly { readonly within: string; readonly file: string; readonly why: string }[] = [];
