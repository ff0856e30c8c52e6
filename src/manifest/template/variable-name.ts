/** A quoted key in brackets, for keys with a dot or a brace; a quote inside is doubled. */
const bracketed = /\[(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)")\]/g;

/**
 * Splits a variable's name into keys: `row.address.city` into three, `row['address.city']` into two. Brackets without quotes
 * belong to the key, since columns may be named `items[0]`.
 */
export function splitName(name: string): readonly string[] {
  const found = cachedNames.get(name);
  if (found !== undefined) return found;
  const steps = splitUncached(name);
  if (cachedNames.size >= maxCachedNames) cachedNames.clear();
  cachedNames.set(name, steps);
  return steps;
}

/** Cache of split names: the map of a data file uses the same names for each row. */
const cachedNames = new Map<string, readonly string[]>();
const maxCachedNames = 1_000;

function splitUncached(name: string): readonly string[] {
  if (!name.includes("[")) return name.split(".");
  const steps: string[] = [];
  let end = 0;
  for (const { 0: found, 1: single, 2: double, index } of name.matchAll(bracketed)) {
    steps.push(...plainSteps(name.slice(end, index)));
    steps.push(single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? "");
    end = index + found.length;
  }
  return [...steps, ...plainSteps(name.slice(end))];
}

/** Returns the keys outside brackets; the dot between a bracket and a key is dropped. */
function plainSteps(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/^\./, "").split(".");
}

/** Formats a step of a name, to append it to earlier steps. */
export function formatStep(key: string): string {
  return /^[^.'"{}[\]\s]+$/.test(key) ? `.${key}` : `['${key.replaceAll("'", "''")}']`;
}
