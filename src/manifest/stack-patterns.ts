import type { Manifest } from "../types.ts";

/** Reports whether a stack's name matches one of the patterns; `*` matches any characters, `?` one character. */
export function matchesStack(patterns: readonly string[], stack: string): boolean {
  return patterns.some((pattern) => matches([...pattern], [...stack]));
}

/** Reports whether a manifest is for a stack. @param stack undefined for any stack */
export function isForStack({ stacks }: Pick<Manifest, "stacks">, stack: string | undefined): boolean {
  return stack === undefined || stacks === undefined || matchesStack(stacks, stack);
}

/**
 * Matches in time proportional to the product of both lengths: on a mismatch, only the last `*` needs to match one more character.
 */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      taken = index;
    } else if (pattern[at] === "?" || pattern[at] === name[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++taken;
    } else return false;
  }
  return pattern.slice(at).every((char) => char === "*");
}
