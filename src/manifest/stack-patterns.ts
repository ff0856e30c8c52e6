/** Whether a stack's name matches one of the patterns; `*` stands for any characters, `?` for one. */
export function matchesStack(patterns: readonly string[], stack: string): boolean {
  return patterns.some((pattern) => matches([...pattern], [...stack]));
}

/**
 * In a time that grows with the product of both lengths, whatever the pattern is: when something does not fit, the last `*`
 * takes one character more, and no earlier one needs to.
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
