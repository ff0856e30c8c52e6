import type { Branch, Check, CollectEvaluated } from "../schema-node.ts";
import { passed, type SchemaNode } from "../schema-node.ts";
import type { SchemaValue } from "../types.ts";
import type { Builder, KeywordContext } from "./builder.ts";
import { gather } from "./objects.ts";

const each = (schemas: readonly SchemaValue[], here: KeywordContext): readonly SchemaNode[] =>
  schemas.map((schema, index) => here.subschema(schema, String(index)));

const readAll: Builder = (schemas: readonly SchemaValue[], here) => {
  const nodes = each(schemas, here);
  const check: Check = (value, at, run) => gather(nodes, at, (node) => node.check(value, at, run));
  const markEvaluated: CollectEvaluated = (value, seen, run) => {
    for (const node of nodes) node.markEvaluated(value, seen, run);
  };
  return { check, markEvaluated, always: nodes };
};

/** Adds what the matching alternatives evaluate. */
function markAlternatives(nodes: readonly SchemaNode[]): CollectEvaluated {
  return (value, seen, run) => {
    for (const node of nodes) if (node.accepts(value, run)) node.markEvaluated(value, seen, run);
  };
}

const toBranches = (nodes: readonly SchemaNode[], ...[value, at, run]: Parameters<Check>): readonly Branch[] =>
  nodes.map((node) => ({ node, value, failures: node.check(value, at, run) }));

const readAny: Builder = (schemas: readonly SchemaValue[], here) => {
  const nodes = each(schemas, here);
  const check: Check = (value, at, run) => {
    for (const node of nodes) if (node.accepts(value, run)) return passed;
    if (at === undefined) return here.fail(at, () => "");
    return here.fail(at, () => "must match a schema in anyOf", { branches: toBranches(nodes, value, at, run) });
  };
  return { check, markEvaluated: markAlternatives(nodes) };
};

const readOne: Builder = (schemas: readonly SchemaValue[], here) => {
  const nodes = each(schemas, here);
  const check: Check = (value, at, run) => {
    const matching: number[] = [];
    for (const [index, node] of nodes.entries()) {
      if (node.accepts(value, run)) matching.push(index);
      if (matching.length > 1) break;
    }
    if (matching.length === 1) return passed;
    if (matching.length > 1) {
      const [first, second] = matching;
      return here.fail(at, () => `must match exactly one schema in oneOf, and matches those at ${first} and ${second}`);
    }
    if (at === undefined) return here.fail(at, () => "");
    return here.fail(at, () => "must match a schema in oneOf", { branches: toBranches(nodes, value, at, run) });
  };
  return { check, markEvaluated: markAlternatives(nodes) };
};

const readNot: Builder = (schema: SchemaValue, here) => {
  const node = here.subschema(schema);
  return {
    check: (value, at, run) =>
      node.accepts(value, run) ? here.fail(at, () => "must NOT be valid by the schema in not") : passed,
  };
};

/** Compiles `if` with `then` and `else`, which have no effect without it. */
const readIf: Builder = (schema: SchemaValue, here) => {
  const [condition, yes, no] = [here.subschema(schema), here.sibling("then"), here.sibling("else")];
  const check: Check = (value, at, run) => {
    if (yes === undefined && no === undefined) return passed;
    const chosen = condition.accepts(value, run) ? yes : no;
    const failures = chosen?.check(value, at, run) ?? passed;
    if (chosen === undefined || failures.length === 0 || at === undefined) return failures;
    const what = `must match the schema in ${chosen === yes ? "then" : "else"}`;
    return here.fail(at, () => what, { branches: [{ node: chosen, value, failures }] });
  };
  const markEvaluated: CollectEvaluated = (value, seen, run) => {
    const holds = condition.accepts(value, run);
    if (holds) condition.markEvaluated(value, seen, run);
    (holds ? yes : no)?.markEvaluated(value, seen, run);
  };
  return { check, markEvaluated };
};

export const combinations = {
  allOf: readAll,
  anyOf: readAny,
  oneOf: readOne,
  not: readNot,
  if: readIf,
} as const satisfies Record<string, Builder>;
