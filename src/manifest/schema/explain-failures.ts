import { isObject } from "../../json-object.ts";
import type { JsonValue } from "../../types.ts";
import { Evaluation } from "./evaluation.ts";
import { describeAllowed } from "./keywords/values.ts";
import type { Branch, Failure, Rule, SchemaNode } from "./schema-node.ts";
import type { InstancePath } from "./types.ts";

/**
 * Replaces a failed `anyOf` or `oneOf` with the failures of the intended alternative; if none can be identified, with the requirement
 * of all alternatives.
 *
 * @param drop selects failures to omit, including those inside them
 */
export function explainFailures(failures: readonly Failure[], drop: (failure: Failure) => boolean): readonly Failure[] {
  return failures.flatMap((failure) => {
    if (drop(failure)) return [];
    const { branches } = failure;
    if (branches === undefined || branches.length === 0) return [failure];
    const explained = explainFailures(findIntendedBranch(failure, branches), drop);
    return explained.length === 0 ? [failure] : explained;
  });
}

/** The distance of an alternative from the value: less is nearer. */
interface Distance {
  readonly branch: Branch;
  readonly wrongType: boolean;
  /** Keys whose constant differs, with the allowed values. */
  readonly missed: ReadonlyMap<string, readonly string[]>;
  readonly order: readonly number[];
}

function findIntendedBranch(failure: Failure, branches: readonly Branch[]): readonly Failure[] {
  const [first, ...others] = branches;
  if (first !== undefined && others.length === 0) return first.failures;
  const far = branches.map(measureDistance).sort((a, b) => compare(a.order, b.order));
  const nearest = far[0];
  if (nearest === undefined) return [withoutBranches(failure)];
  if (nearest.wrongType) return [{ ...withoutBranches(failure), message: `must be ${collectTypes(far).join(" or ")}` }];
  const alike = far.filter(({ order }) => compare(order, nearest.order) === 0);
  if (isUnexplained(nearest.branch)) return [withoutBranches(failure)];
  const constant = commonConstant(far.filter(({ wrongType }) => !wrongType));
  if (constant !== undefined) {
    const { key, allowed } = constant;
    const at: InstancePath = key === undefined ? failure.at : { parent: failure.at, key };
    return [{ ...withoutBranches(failure), at, message: describeAllowed(allowed) }];
  }
  const whats = new Set(alike.flatMap(({ branch }) => branch.failures.map(({ message }) => message)));
  const single = alike.every(({ branch }) => branch.failures.length === 1 && branch.failures[0]?.at === failure.at);
  if (alike.length > 1 && single && whats.size > 1 && whats.size <= 4) {
    return [{ ...withoutBranches(failure), message: [...whats].join(", or ") }];
  }
  return nearest.branch.failures;
}

function withoutBranches({ branches: _, ...failure }: Failure): Failure {
  return failure;
}

function measureDistance(branch: Branch): Distance {
  const { node, value, failures } = branch;
  const tags = collectTags(node, value);
  const wrongType = !tags.types.every((rule) => passes(rule, value));
  const constants = tags.constants.filter(({ rule, held }) => !passes(rule, held));
  const missed = new Map(constants.map(({ key, rule }) => [key, rule.allowed ?? []]));
  const single = constants.filter(({ rule }) => rule.allowed?.length === 1).length;
  const matched = tags.constants.length - constants.length;
  const order = [
    isUnexplained(branch) ? 1 : 0,
    wrongType ? 1 : 0,
    single,
    constants.length,
    -matched,
    countFailures(failures),
    -maxDepth(failures),
  ];
  return { branch, wrongType, missed, order };
}

/** Reports whether this alternative had too many failures to list them. */
const isUnexplained = ({ failures }: Branch) => failures.some(({ keyword }) => keyword === "");

const passes = (rule: Rule, value: JsonValue) => rule.check(value, undefined, new Evaluation(false)).length === 0;

interface Tags {
  readonly types: Rule[];
  readonly constants: { readonly key: string; readonly rule: Rule; readonly held: JsonValue }[];
}

/** Maximum levels of schemas inside an alternative that are searched for constants. */
const maxLookedAt = 8;

/** Returns the types of an alternative, and the constants of the value's own keys. The key of the value itself is "". */
function collectTags(node: SchemaNode, value: JsonValue, tags: Tags = { types: [], constants: [] }, depth = 0): Tags {
  for (const rule of node.rules) {
    if (rule.keyword === "type") tags.types.push(rule);
    if (isConstant(rule)) tags.constants.push({ key: "", rule, held: value });
    if (depth < maxLookedAt) for (const inner of rule.always ?? []) collectTags(inner, value, tags, depth + 1);
    if (!isObject(value)) continue;
    for (const [key, inner] of rule.properties ?? []) {
      const held = Object.hasOwn(value, key) ? value[key] : undefined;
      if (held === undefined) continue;
      for (const constant of collectConstants(inner, depth))
        tags.constants.push({ key: `/${key}`, rule: constant, held });
    }
  }
  return tags;
}

function collectConstants(node: SchemaNode, depth: number): readonly Rule[] {
  if (depth > maxLookedAt) return [];
  return node.rules.flatMap((rule) =>
    isConstant(rule) ? [rule] : (rule.always ?? []).flatMap((inner) => collectConstants(inner, depth + 1)),
  );
}

const isConstant = ({ keyword }: Rule) => keyword === "const" || keyword === "enum";

/** Finds a key for which each alternative requires another constant, with all allowed values. */
function commonConstant(
  far: readonly Distance[],
): { readonly key: string | undefined; readonly allowed: string[] } | undefined {
  const [first, ...others] = far;
  if (first === undefined || others.length === 0) return undefined;
  for (const key of first.missed.keys()) {
    if (!others.every(({ missed }) => missed.has(key))) continue;
    // A value that all of them require distinguishes none.
    if (new Set(far.map(({ missed }) => JSON.stringify(missed.get(key)))).size === 1) continue;
    const allowed = [...new Set(far.flatMap(({ missed }) => missed.get(key) ?? []))];
    return { key: key === "" ? undefined : key.slice(1), allowed };
  }
  return undefined;
}

function collectTypes(far: readonly Distance[]): string[] {
  return [
    ...new Set(
      far.flatMap(({ branch }) => collectTags(branch.node, branch.value).types.flatMap(({ allowed = [] }) => allowed)),
    ),
  ];
}

/** Counts failures, using the minimum of nested alternatives. */
function countFailures(failures: readonly Failure[]): number {
  return failures.reduce((sum, { branches }) => {
    if (branches === undefined || branches.length === 0) return sum + 1;
    return sum + Math.min(...branches.map((branch) => countFailures(branch.failures)));
  }, 0);
}

/** Returns the depth of the deepest failure: the intended alternative usually gets furthest. */
function maxDepth(failures: readonly Failure[]): number {
  return Math.max(0, ...failures.slice(0, 100).map(({ at }) => toSteps(at).length));
}

/** Returns the keys and indexes from the body's root to a failure. */
export function toSteps(at: InstancePath): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let here = at; here.parent !== undefined; here = here.parent) steps.unshift(here.key);
  return steps;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
