/** Returns the same key for paths that are identical on some system. Windows drops trailing dots and spaces of a name. */
export function pathKey(path: string): string {
  const steps = path.normalize("NFC").toLowerCase().normalize("NFC").split("/");
  return steps.map((step) => step.replace(/[. ]+$/, "")).join("/");
}

/** Escapes combining accents, because two spellings look alike. */
export function escapeMarks(path: string): string {
  return path.replace(/\p{M}/gu, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}
