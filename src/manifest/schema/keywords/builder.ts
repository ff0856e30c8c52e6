import type { Dialect } from "../dialects.ts";
import type { Fail, Rule, SchemaNode } from "../schema-node.ts";
import type { Located, SchemaObject, SchemaValue } from "../types.ts";

/** The compiler, as far as keywords use it. */
export interface SchemaCompiler {
  /** The names in `$dynamicRef`, whose targets are only known when a value is checked. */
  readonly dynamicNames: Set<string>;
  usesRecursion: boolean;
  /** Compiles a schema, once. */
  node(located: Located): SchemaNode;
  /** Resolves a reference, and reports problems. */
  follow(reference: string, keyword: string, from: Located): Located | undefined;
}

/** The context of a keyword for its builder. */
export interface KeywordContext {
  readonly schema: SchemaObject;
  readonly dialect: Dialect;
  readonly compiler: SchemaCompiler;
  readonly located: Located;
  readonly fail: Fail;
  /** Returns the schema at a path below this keyword. */
  subschema(value: SchemaValue, ...steps: readonly string[]): SchemaNode;
  /** Returns the schema of another keyword of the same schema. */
  sibling(keyword: string): SchemaNode | undefined;
  /** Reports a problem of the keyword. */
  fault(what: string, next: string): void;
  warn(what: string, next: string): void;
}

/** Compiles a keyword; returns undefined if it checks nothing. Its value is valid according to its draft. */
export type Builder = (value: never, here: KeywordContext) => Omit<Rule, "keyword"> | undefined;
