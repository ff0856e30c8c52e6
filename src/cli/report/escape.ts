import { toPrintable } from "../../printable.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML and SVG content and attributes, and makes it printable, so that it is shown unambiguously. */
export function escapeText(text: string): string {
  return toPrintable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
