import { isObject } from "../../../json-object.ts";
import type { JsonValue } from "../../../types.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Check, CollectEvaluated, Failure } from "../schema-node.ts";
import { passed } from "../schema-node.ts";
import type { Evaluated, SchemaValue } from "../types.ts";
import type { Builder, KeywordContext } from "./builder.ts";
import { below, gather, unknownKey } from "./objects.ts";

/** Returns what the other keywords of the schema evaluate in a value. */
function collectSiblings(
  { compiler, located }: KeywordContext,
  except: string,
  value: JsonValue,
  run: Evaluation,
): Evaluated {
  const seen: Evaluated = { keys: new Set(), items: new Set(), allKeys: false, allItems: false };
  for (const { keyword, markEvaluated } of compiler.node(located).rules)
    if (keyword !== except) markEvaluated?.(value, seen, run);
  return seen;
}

const readProperties: Builder = (schema: SchemaValue, here) => {
  const node = here.subschema(schema);
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    const seen = collectSiblings(here, "unevaluatedProperties", value, run);
    if (seen.allKeys) return passed;
    const rest = Object.keys(value).filter((key) => !seen.keys.has(key));
    const checkKey = (key: string): readonly Failure[] =>
      schema === false
        ? here.fail(at, () => unknownKey(key, here))
        : node.check(value[key] as JsonValue, below(at, key), run);
    return gather(rest, at, checkKey);
  };
  const markEvaluated: CollectEvaluated = (value, seen) => {
    if (isObject(value)) seen.allKeys = true;
  };
  return { check, markEvaluated, last: true };
};

const readItems: Builder = (schema: SchemaValue, here) => {
  const node = here.subschema(schema);
  const check: Check = (value, at, run) => {
    if (!Array.isArray(value)) return passed;
    const items = value as readonly JsonValue[];
    const seen = collectSiblings(here, "unevaluatedItems", value, run);
    if (seen.allItems) return passed;
    const rest = [...items.keys()].filter((index) => !seen.items.has(index));
    const [first] = rest;
    if (schema === false && first !== undefined) {
      return here.fail(at, () => `has an item ${first} that the schema does not define`);
    }
    return gather(rest, at, (index) => node.check(items[index] as JsonValue, below(at, index), run));
  };
  const markEvaluated: CollectEvaluated = (value, seen) => {
    if (Array.isArray(value)) seen.allItems = true;
  };
  return { check, markEvaluated, last: true };
};

export const unevaluated = {
  unevaluatedProperties: readProperties,
  unevaluatedItems: readItems,
} as const satisfies Record<string, Builder>;
