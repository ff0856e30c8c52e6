/** Whether a stack's name matches one of the patterns; `*` stands for any characters, `?` for one. */
export function matchesStack(patterns: readonly string[], stack: string): boolean {
  return patterns.some((pattern) => toRegExp(pattern).test(stack));
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*+|\?)/).map((part) => {
    if (part.startsWith("*")) return ".*";
    return part === "?" ? "." : part.replace(/[\\^$.|()[\]{}+]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}
