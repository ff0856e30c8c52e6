/** A piece of a text that may name variables. Offsets count in the text's UTF-16 code units. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly at: number }
  | { readonly kind: "unclosed"; readonly at: number };

const marker = /\$\$\{|\$\{([^}]*)(\})?/g;

/** Whether a text has anything to replace; most have nothing. */
export function hasMarkers(text: string): boolean {
  return text.includes("${");
}

/** Splits a text at its variables: `${name}` is one, `$${` stands for the two characters `${`. */
export function parseTemplate(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(marker)) {
    if (found.index > end) parts.push({ kind: "text", text: text.slice(end, found.index) });
    end = found.index + found[0].length;
    if (found[0] === "$${") parts.push({ kind: "text", text: "${" });
    else if (found[2] === undefined) parts.push({ kind: "unclosed", at: found.index });
    else parts.push({ kind: "variable", name: (found[1] ?? "").trim(), at: found.index });
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}
