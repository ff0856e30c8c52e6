/** A part of a text that may contain variables. Offsets are in UTF-16 code units. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly at: number }
  /** `$${`, which represents `${`; `name` is the variable that it would be without the first `$`. */
  | { readonly kind: "literal"; readonly name: string | undefined; readonly source: string }
  /** `${{ name }}`, which other tools fill in. */
  | { readonly kind: "foreign"; readonly source: string }
  | { readonly kind: "unclosed"; readonly at: number };

/** A name ends at the first brace that is not inside `['…']` or `["…"]`. */
const marker = /\$\$\{(?=([^{}]*)(\})?)|\$\{\{[^{}]*\}\}|\$\{((?:\[(?:'(?:[^']|'')*'|"(?:[^"]|"")*")\]|[^}])*)(\})?/g;

/** Reports whether a text has anything to replace; most have nothing. */
export function hasMarkers(text: string): boolean {
  return text.includes("${");
}

/** Splits a text at its variables: `${name}` is one, `$${` represents the characters `${`, and `${$}` a `$`. */
export function parseTemplate(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, 1: meant, 2: meantEnd, 3: name, 4: nameEnd, index: at } of text.matchAll(marker)) {
    if (at > end) parts.push({ kind: "text", text: text.slice(end, at) });
    end = at + found.length;
    if (found === "$${") {
      parts.push({ kind: "literal", name: meantEnd && meant?.trim(), source: `${found}${meant}${meantEnd ?? ""}` });
    } else if (found.startsWith("${{") && found.endsWith("}}")) parts.push({ kind: "foreign", source: found });
    else if (nameEnd === undefined) parts.push({ kind: "unclosed", at });
    else if (name?.trim() === "$") parts.push({ kind: "text", text: "$" });
    else parts.push({ kind: "variable", name: (name ?? "").trim(), at });
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}
