import { isObject, type JsonObject } from "../../../json-object.ts";
import type { JsonValue } from "../../../types.ts";
import { nearest } from "../../problem/did-you-mean.ts";
import { quote } from "../../problem/problem.ts";
import type { Evaluation } from "../evaluation.ts";
import { isSchemaObject } from "../registry.ts";
import type { Check, CollectEvaluated, Failure } from "../schema-node.ts";
import { passed, type SchemaNode } from "../schema-node.ts";
import type { InstancePath, SchemaObject, SchemaValue } from "../types.ts";
import type { Builder, KeywordContext } from "./builder.ts";
import { compilePattern } from "./values.ts";

export const below = (at: InstancePath | undefined, key: string | number): InstancePath | undefined =>
  at && { parent: at, key };

/** Collects the failures of several checks; stops at the first one if the caller only needs to know whether there is any. */
export function gather<T>(
  items: readonly T[],
  at: InstancePath | undefined,
  check: (item: T, index: number) => readonly Failure[],
): readonly Failure[] {
  let all: Failure[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const found = check(items[index] as T, index);
    if (found.length === 0) continue;
    if (at === undefined) return found;
    all ??= [];
    all.push(...found);
  }
  return all ?? passed;
}

/** Keys whose lookup takes as long as the check of one schema. */
const keysPerStep = 8;

const readProperties: Builder = (schemas: SchemaObject, here) => {
  const entries = Object.entries(schemas).map(([key, schema]) => [key, here.subschema(schema, key)] as const);
  const keys = entries.map(([key]) => key);
  const nodes = entries.map(([, node]) => node);
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    if (entries.length > keysPerStep) run.countSteps(entries.length / keysPerStep);
    let all: Failure[] | undefined;
    // This runs at least once for every body, so it avoids closures and destructuring.
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string;
      if (!Object.hasOwn(value, key)) continue;
      const found = (nodes[index] as SchemaNode).check(value[key] as JsonValue, below(at, key), run);
      if (found.length === 0) continue;
      if (at === undefined) return found;
      all ??= [];
      all.push(...found);
    }
    return all ?? passed;
  };
  const markEvaluated: CollectEvaluated = (value, seen) => {
    if (isObject(value)) for (const [key] of entries) if (Object.hasOwn(value, key)) seen.keys.add(key);
  };
  return { check, markEvaluated, properties: new Map(entries) };
};

const readPatterns: Builder = (schemas: SchemaObject, here) => {
  const entries = Object.entries(schemas).flatMap(([source, schema]) => {
    const pattern = compilePattern(source, here);
    return pattern ? [[pattern, here.subschema(schema, source)] as const] : [];
  });
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    const keys = Object.keys(value);
    run.countSteps(keys.length * entries.length);
    return gather(keys, at, (key) =>
      gather(entries, at, ([pattern, node]) =>
        pattern.test(key) ? node.check(value[key] as JsonValue, below(at, key), run) : passed,
      ),
    );
  };
  const markEvaluated: CollectEvaluated = (value, seen) => {
    if (!isObject(value)) return;
    for (const key of Object.keys(value)) if (entries.some(([pattern]) => pattern.test(key))) seen.keys.add(key);
  };
  return { check, markEvaluated };
};

/** Returns a test for the keys that `properties` and `patternProperties` of the same schema evaluate. */
function siblingKeys(here: KeywordContext): (key: string, run: Evaluation) => boolean {
  const { properties, patternProperties } = here.schema;
  const known = new Set(isSchemaObject(properties) ? Object.keys(properties) : []);
  const sources = isSchemaObject(patternProperties) ? Object.keys(patternProperties) : [];
  // Problems of a pattern are reported at its own location.
  const patterns = sources.flatMap((source) => compilePattern(source, { ...here, fault: () => {} }) ?? []);
  return (key, run) => {
    if (known.has(key)) return true;
    run.countSteps(patterns.length);
    return patterns.some((pattern) => pattern.test(key));
  };
}

/** Describes a key that no schema allows. */
export function unknownKey(key: string, { schema }: KeywordContext): string {
  const near = nearest(key, isSchemaObject(schema.properties) ? Object.keys(schema.properties) : []);
  return `has a key ${quote(key)} that the schema does not define${near ? ` (did you mean ${quote(near)}?)` : ""}`;
}

const readAdditional: Builder = (schema: SchemaValue, here) => {
  const isKnown = siblingKeys(here);
  const node = here.subschema(schema);
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    const rest = Object.keys(value).filter((key) => !isKnown(key, run));
    if (rest.length === 0) return passed;
    return gather(rest, at, (key) => {
      if (schema === false) return here.fail(at, () => unknownKey(key, here));
      return node.check(value[key] as JsonValue, below(at, key), run);
    });
  };
  const markEvaluated: CollectEvaluated = (value, seen, run) => {
    if (isObject(value)) for (const key of Object.keys(value)) if (!isKnown(key, run)) seen.keys.add(key);
  };
  return { check, markEvaluated };
};

const readNames: Builder = (schema: SchemaValue, here) => {
  const node = here.subschema(schema);
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    return gather(Object.keys(value), at, (key) =>
      node.accepts(key, run)
        ? passed
        : here.fail(at, () => `has a key ${quote(key)} whose name the schema does not allow`),
    );
  };
  return { check };
};

const missing = (
  keys: readonly string[],
  at: InstancePath | undefined,
  value: JsonObject,
  { fail }: KeywordContext,
  why = "",
) =>
  gather(keys, at, (key) =>
    Object.hasOwn(value, key) ? passed : fail(at, () => `must have required property '${key}'${why}`),
  );

const readRequired: Builder = (keys: readonly string[], here) => ({
  check: (value, at, run) => {
    if (!isObject(value)) return passed;
    if (keys.length > keysPerStep) run.countSteps(keys.length / keysPerStep);
    for (const key of keys) if (!Object.hasOwn(value, key)) return missing(keys, at, value, here);
    return passed;
  },
});

/** Compiles `dependencies` and the two keywords that replaced it: a schema, or required keys, for values with a key. */
const readDependencies: Builder = (dependencies: SchemaObject, here) => {
  const entries = Object.entries(dependencies).map(([key, value]) =>
    Array.isArray(value)
      ? ({ key, names: value as readonly string[], node: undefined } as const)
      : ({ key, names: [], node: here.subschema(value as SchemaValue, key) } as const),
  );
  const check: Check = (value, at, run) => {
    if (!isObject(value)) return passed;
    return gather(entries, at, ({ key, names, node }) => {
      if (!Object.hasOwn(value, key)) return passed;
      return node ? node.check(value, at, run) : missing(names, at, value, here, ` when it has '${key}'`);
    });
  };
  const markEvaluated: CollectEvaluated = (value, seen, run) => {
    if (isObject(value))
      for (const { key, node } of entries) if (Object.hasOwn(value, key)) node?.markEvaluated(value, seen, run);
  };
  return { check, markEvaluated };
};

function countRule(test: (count: number, limit: number) => boolean, words: string): Builder {
  return (limit: number, { fail }) => ({
    check: (value, at) =>
      !isObject(value) || test(Object.keys(value).length, limit)
        ? passed
        : fail(at, () => `must NOT have ${words} than ${limit} properties`),
  });
}

export const objects = {
  required: readRequired,
  properties: readProperties,
  patternProperties: readPatterns,
  additionalProperties: readAdditional,
  propertyNames: readNames,
  dependencies: readDependencies,
  dependentSchemas: readDependencies,
  dependentRequired: readDependencies,
  minProperties: countRule((count, limit) => count >= limit, "fewer"),
  maxProperties: countRule((count, limit) => count <= limit, "more"),
} as const satisfies Record<string, Builder>;
