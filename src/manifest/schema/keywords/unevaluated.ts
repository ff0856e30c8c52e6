import type { JsonValue } from "../../../types.ts";
import type { Check, Failure, See } from "../node.ts";
import { passed } from "../node.ts";
import type { Run } from "../run.ts";
import type { SchemaValue, Seen } from "../types.ts";
import type { Builder, Here } from "./builder.ts";
import { below, gather, isMap, unknownKey } from "./objects.ts";

/** What the other keywords of the schema see in a value. */
function seenBeside({ compiler, located }: Here, except: string, value: JsonValue, run: Run): Seen {
  const seen: Seen = { keys: new Set(), items: new Set(), allKeys: false, allItems: false };
  for (const { keyword, see } of compiler.node(located).rules) if (keyword !== except) see?.(value, seen, run);
  return seen;
}

const readProperties: Builder = (schema: SchemaValue, here) => {
  const node = here.inner(schema);
  const check: Check = (value, at, run) => {
    if (!isMap(value)) return passed;
    const seen = seenBeside(here, "unevaluatedProperties", value, run);
    if (seen.allKeys) return passed;
    const rest = Object.keys(value).filter((key) => !seen.keys.has(key));
    const checkKey = (key: string): readonly Failure[] =>
      schema === false
        ? here.fail(at, () => unknownKey(key, here))
        : node.check(value[key] as JsonValue, below(at, key), run);
    return gather(rest, at, checkKey);
  };
  const see: See = (value, seen) => {
    if (isMap(value)) seen.allKeys = true;
  };
  return { check, see, last: true };
};

const readItems: Builder = (schema: SchemaValue, here) => {
  const node = here.inner(schema);
  const check: Check = (value, at, run) => {
    if (!Array.isArray(value)) return passed;
    const items = value as readonly JsonValue[];
    const seen = seenBeside(here, "unevaluatedItems", value, run);
    if (seen.allItems) return passed;
    const rest = [...items.keys()].filter((index) => !seen.items.has(index));
    const [first] = rest;
    if (schema === false && first !== undefined) {
      return here.fail(at, () => `has an item ${first} that the schema does not know`);
    }
    return gather(rest, at, (index) => node.check(items[index] as JsonValue, below(at, index), run));
  };
  const see: See = (value, seen) => {
    if (Array.isArray(value)) seen.allItems = true;
  };
  return { check, see, last: true };
};

export const unevaluated = {
  unevaluatedProperties: readProperties,
  unevaluatedItems: readItems,
} as const satisfies Record<string, Builder>;
