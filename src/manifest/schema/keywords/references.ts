import type { JsonValue } from "../../../types.ts";
import { splitFragment } from "../address.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Check, CollectEvaluated } from "../schema-node.ts";
import { passed, type SchemaNode } from "../schema-node.ts";
import type { Located, Resource } from "../types.ts";
import type { Builder, KeywordContext } from "./builder.ts";

/** Checks with the schema that `choose` returns when a value is checked. */
function leading(
  { fail }: KeywordContext,
  choose: (run: Evaluation) => SchemaNode,
): { readonly check: Check; readonly markEvaluated: CollectEvaluated } {
  return {
    check: (value, at, run) => {
      const node = choose(run);
      const known = run.recall(node, value);
      if (known === true) return passed;
      if (known === false && at === undefined) return fail(at, () => "");
      const found = node.check(value, at, run);
      run.remember(node, value, found.length === 0);
      return found;
    },
    markEvaluated: (value: JsonValue, seen, run) => choose(run).markEvaluated(value, seen, run),
  };
}

const readReference: Builder = (reference: string, here) => {
  const { compiler, located } = here;
  const target = compiler.follow(reference, "$ref", located);
  if (target === undefined) return undefined;
  const node = compiler.node(target);
  return { ...leading(here, () => node), always: [node] };
};

/** Compiles `$dynamicRef`: the target is the outermost schema in the dynamic scope with the same dynamic anchor. */
const readDynamic: Builder = (reference: string, here) => {
  const { compiler, located } = here;
  const target = compiler.follow(reference, "$dynamicRef", located);
  if (target === undefined) return undefined;
  const node = compiler.node(target);
  const name = splitFragment(reference).fragment ?? "";
  if (target.resource.dynamicAnchors.get(name) !== target) return { ...leading(here, () => node), always: [node] };
  compiler.dynamicNames.add(name);
  return leading(
    here,
    ({ scope }) => outermost(scope, compiler, ({ dynamicAnchors }) => dynamicAnchors.get(name)) ?? node,
  );
};

/** Compiles `$recursiveRef`: the target is the outermost schema in the dynamic scope with `$recursiveAnchor`, if the nearest has it. */
const readRecursive: Builder = (reference: string, here) => {
  const { compiler, located } = here;
  const target = compiler.follow(reference, "$recursiveRef", located);
  if (target === undefined) return undefined;
  const node = compiler.node(target);
  if (!target.resource.recursive) return { ...leading(here, () => node), always: [node] };
  compiler.usesRecursion = true;
  return leading(
    here,
    ({ scope }) => outermost(scope, compiler, ({ recursive, root }) => (recursive ? root : undefined)) ?? node,
  );
};

function outermost(
  scope: readonly Resource[],
  compiler: KeywordContext["compiler"],
  target: (resource: Resource) => Located | undefined,
): SchemaNode | undefined {
  for (const resource of scope) {
    const found = target(resource);
    if (found !== undefined) return compiler.node(found);
  }
  return undefined;
}

export const references = {
  $ref: readReference,
  $dynamicRef: readDynamic,
  $recursiveRef: readRecursive,
} as const satisfies Record<string, Builder>;
