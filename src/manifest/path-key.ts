/** The same for paths that some system takes for one. Windows drops dots and spaces at the end of a name. */
export function pathKey(path: string): string {
  const steps = path.normalize("NFC").toLowerCase().normalize("NFC").split("/");
  return steps.map((step) => step.replace(/[. ]+$/, "")).join("/");
}

/** With the accents that are characters of their own as escapes: the two look alike. */
export function escapeMarks(path: string): string {
  return path.replace(/\p{M}/gu, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}
