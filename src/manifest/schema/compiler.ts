import { resolveAddress, splitFragment } from "./address.ts";
import { arrays } from "./keywords/arrays.ts";
import type { Builder, KeywordContext, SchemaCompiler } from "./keywords/builder.ts";
import { combinations } from "./keywords/combinations.ts";
import { objects } from "./keywords/objects.ts";
import { references } from "./keywords/references.ts";
import { unevaluated } from "./keywords/unevaluated.ts";
import { values } from "./keywords/values.ts";
import { isSchemaObject, type OnSchemaFault, type Registry } from "./registry.ts";
import type { Rule } from "./schema-node.ts";
import { failing, SchemaNode } from "./schema-node.ts";
import type { Located, Resource, SchemaObject, SchemaValue } from "./types.ts";
import { checkKeywords } from "./unchecked-keywords.ts";

/** Maximum schemas in a body schema, including everything that it refers to. */
const maxSchemas = 50_000;

const builders: ReadonlyMap<string, Builder> = new Map<string, Builder>(
  Object.entries({ ...values, ...objects, ...arrays, ...combinations, ...references, ...unevaluated }),
);

/** Provides schema files to the compiler. */
export interface Sources {
  /** Returns the resource at an address, reading it if necessary, and reports problems. */
  resource(uri: string, from: Located, reference: string): Resource | undefined;
  readonly fault: OnSchemaFault;
  readonly warn: OnSchemaFault;
}

/** Compiles schemas, each once. */
export class Compiler implements SchemaCompiler {
  readonly registry: Registry;
  readonly dynamicNames = new Set<string>();
  usesRecursion = false;
  readonly #sources: Sources;
  readonly #nodes = new Map<SchemaValue, SchemaNode>();
  #schemas = 0;

  constructor(registry: Registry, sources: Sources) {
    this.registry = registry;
    this.#sources = sources;
  }

  /** Compiles a schema and everything that it refers to. */
  compile(located: Located): SchemaNode {
    const node = this.node(located);
    for (let before = -1; before !== this.#schemas && this.#schemas <= maxSchemas; ) {
      before = this.#schemas;
      for (const { root, dynamicAnchors, recursive } of new Set(this.registry.resources.values())) {
        for (const name of this.dynamicNames) {
          const target = dynamicAnchors.get(name);
          if (target !== undefined) this.node(target);
        }
        if (this.usesRecursion && recursive) this.node(root);
      }
    }
    return node;
  }

  node(located: Located): SchemaNode {
    const { schema } = located;
    const known = isSchemaObject(schema) ? this.#nodes.get(schema) : undefined;
    if (known !== undefined) return known;
    const node = new SchemaNode(located);
    this.#schemas += 1;
    if (this.#schemas > maxSchemas) {
      if (this.#schemas === maxSchemas + 1) {
        const what = `the schema has more than ${maxSchemas} schemas inside it`;
        this.#sources.fault({ file: located.file, steps: [] }, what, "Split the schema, or make it simpler.");
      }
      return node;
    }
    if (isSchemaObject(schema)) {
      this.#nodes.set(schema, node);
      node.rules = this.#rules(schema, located);
    } else if (schema === false) {
      const { file, steps } = located;
      const fail = failing({ ...located, steps: steps.slice(0, -1) }, steps.at(-1) ?? "");
      const check: Rule["check"] = (_value, at) => fail(at, () => "is not allowed here", { file, keyword: "false" });
      node.rules = [{ keyword: "false", check }];
    }
    return node;
  }

  /** Resolves a reference, and reports problems. */
  follow(reference: string, keyword: string, from: Located): Located | undefined {
    const at = { file: from.file, steps: [...from.steps, keyword] };
    const address = resolveAddress(reference, from.resource.uri);
    if (address === undefined) {
      const what = `the reference ${JSON.stringify(reference)} is not an address`;
      this.#sources.fault(at, what, "Write a path with forward slashes, or an address.");
      return undefined;
    }
    const { uri, fragment } = splitFragment(address);
    const resource = this.registry.resources.get(uri) ?? this.#sources.resource(uri, from, reference);
    if (resource === undefined) return undefined;
    const target = fragment === undefined ? undefined : this.registry.find(resource, fragment);
    if (target !== undefined && (typeof target.schema === "boolean" || isSchemaObject(target.schema))) return target;
    const is = target === undefined ? "the schema does not exist there" : "the value there is not a schema";
    const what = `the reference ${JSON.stringify(reference)} leads to ${resource.root.file.file.path}, and ${is}`;
    this.#sources.fault(at, what, "Correct the part after #.");
    return undefined;
  }

  #rules(schema: SchemaObject, located: Located): Rule[] {
    const { dialect } = located.resource;
    const { file, steps } = located;
    checkKeywords(schema, located, this.#sources.warn);
    const alone = dialect.refStandsAlone && typeof schema.$ref === "string";
    const rules: Rule[] = [];
    for (const [keyword, build] of builders) {
      if (!Object.hasOwn(schema, keyword) || !dialect.keywords.has(keyword)) continue;
      if (alone && keyword !== "$ref") continue;
      const at = { file, steps: [...steps, keyword] };
      const here: KeywordContext = {
        schema,
        dialect,
        compiler: this,
        located,
        fail: failing(located, keyword),
        subschema: (value, ...more) => this.node(this.registry.locate(value, [...steps, keyword, ...more], located)),
        sibling: (other) => {
          const value = Object.hasOwn(schema, other) ? schema[other] : undefined;
          return value === undefined ? undefined : this.node(this.registry.locate(value, [...steps, other], located));
        },
        fault: (what, next) => this.#sources.fault(at, what, next),
        warn: (what, next) => this.#sources.warn(at, what, next),
      };
      const rule = build(schema[keyword] as never, here);
      if (rule !== undefined) rules.push({ keyword, ...rule });
    }
    return rules;
  }
}
