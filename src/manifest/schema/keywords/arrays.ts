import type { JsonValue } from "../../../types.ts";
import type { Check, CollectEvaluated, Failure } from "../schema-node.ts";
import { passed, type SchemaNode } from "../schema-node.ts";
import type { SchemaValue } from "../types.ts";
import { charactersPerStep, identify } from "../value-identity.ts";
import type { Builder } from "./builder.ts";
import { below, gather } from "./objects.ts";

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** Checks the first items, each with its own schema. */
function firstItems(nodes: readonly SchemaNode[]): { readonly check: Check; readonly markEvaluated: CollectEvaluated } {
  return {
    check: (value, at, run) => {
      if (!isList(value)) return passed;
      const held = nodes.slice(0, value.length);
      return gather(held, at, (node, index) => node.check(value[index] as JsonValue, below(at, index), run));
    },
    markEvaluated: (value, seen) => {
      if (isList(value))
        for (let index = 0; index < Math.min(nodes.length, value.length); index += 1) seen.items.add(index);
    },
  };
}

/** Checks the items from an index on, all with one schema. */
function restItems(from: number, node: SchemaNode, tooMany: (at: Parameters<Check>[1]) => readonly Failure[]) {
  const check: Check = (value, at, run) => {
    if (!isList(value) || value.length <= from) return passed;
    if (node.located.schema === false) return tooMany(at);
    const rest = from === 0 ? value : value.slice(from);
    return gather(rest, at, (item, index) => node.check(item, below(at, from + index), run));
  };
  const markEvaluated: CollectEvaluated = (value, seen) => {
    if (isList(value)) seen.allItems = true;
  };
  return { check, markEvaluated };
}

const readItems: Builder = (input: SchemaValue, here) => {
  const { dialect, schema, fail } = here;
  if (dialect.listItems && Array.isArray(input)) {
    return firstItems(input.map((item: SchemaValue, index) => here.subschema(item, String(index))));
  }
  const before = !dialect.listItems && Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
  return restItems(before, here.subschema(input), (at) => fail(at, () => `must NOT have more than ${before} items`));
};

const readAdditional: Builder = (input: SchemaValue, here) => {
  const { items } = here.schema;
  if (!Array.isArray(items)) return undefined;
  return restItems(items.length, here.subschema(input), (at) =>
    here.fail(at, () => `must NOT have more than ${items.length} items`),
  );
};

const readContains: Builder = (input: SchemaValue, here) => {
  const { schema, dialect, fail } = here;
  const node = here.subschema(input);
  const counts = dialect.keywords.has("minContains");
  const least = counts && typeof schema.minContains === "number" ? schema.minContains : 1;
  const most = counts && typeof schema.maxContains === "number" ? schema.maxContains : Number.POSITIVE_INFINITY;
  const check: Check = (value, at, run) => {
    if (!isList(value)) return passed;
    let found = 0;
    for (const item of value) {
      if (node.accepts(item, run)) found += 1;
      if (found > most || (found >= least && most === Number.POSITIVE_INFINITY)) break;
    }
    if (found >= least && found <= most) return passed;
    const many = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `at least ${least} and at most ${most}`;
    return fail(at, () => `must contain ${many} valid item(s)`);
  };
  const markEvaluated: CollectEvaluated = (value, seen, run) => {
    if (!dialect.containsEvaluates || !isList(value)) return;
    for (const [index, item] of value.entries()) if (node.accepts(item, run)) seen.items.add(index);
  };
  return { check, markEvaluated };
};

const readUnique: Builder = (wanted: boolean, { fail }) => {
  if (!wanted) return undefined;
  const check: Check = (value, at, run) => {
    if (!isList(value)) return passed;
    const seen = new Map<string, number>();
    for (const [index, item] of value.entries()) {
      const identity = identify(item);
      run.countSteps(1 + identity.length / charactersPerStep);
      const first = seen.get(identity);
      if (first !== undefined) {
        const what = `must NOT have duplicate items (items ## ${first} and ${index} are identical)`;
        return fail(at, () => what);
      }
      seen.set(identity, index);
    }
    return passed;
  };
  return { check };
};

function countRule(test: (count: number, limit: number) => boolean, words: string): Builder {
  return (limit: number, { fail }) => ({
    check: (value, at) =>
      !isList(value) || test(value.length, limit)
        ? passed
        : fail(at, () => `must NOT have ${words} than ${limit} items`),
  });
}

export const arrays = {
  minItems: countRule((count, limit) => count >= limit, "fewer"),
  maxItems: countRule((count, limit) => count <= limit, "more"),
  uniqueItems: readUnique,
  prefixItems: (schemas: readonly SchemaValue[], here: Parameters<Builder>[1]) =>
    firstItems(schemas.map((schema, index) => here.subschema(schema, String(index)))),
  items: readItems,
  additionalItems: readAdditional,
  contains: readContains,
} as const satisfies Record<string, Builder>;
