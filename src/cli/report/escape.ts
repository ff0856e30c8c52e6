const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Any text as text of HTML and SVG, in attributes too. What no document may hold is left out. */
export function escapeText(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, "").replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
