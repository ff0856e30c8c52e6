import type { Dialect } from "../dialects.ts";
import type { Fail, Rule, SchemaNode } from "../schema-node.ts";
import type { Located, SchemaObject, SchemaValue } from "../types.ts";

/** What keywords ask of the compiler that makes their schema ready. */
export interface SchemaCompiler {
  /** Names that `$dynamicRef` asks for: what they lead to is known when a value is checked. */
  readonly dynamicNames: Set<string>;
  usesRecursion: boolean;
  /** Makes a schema ready to check values, each once. */
  node(located: Located): SchemaNode;
  /** What a reference leads to; what keeps it from leading anywhere is told. */
  follow(reference: string, keyword: string, from: Located): Located | undefined;
}

/** What a keyword's builder knows of where the keyword stands. */
export interface KeywordContext {
  readonly schema: SchemaObject;
  readonly dialect: Dialect;
  readonly compiler: SchemaCompiler;
  readonly located: Located;
  readonly fail: Fail;
  /** The schema at a path below this one's keyword. */
  inner(value: SchemaValue, ...steps: readonly string[]): SchemaNode;
  /** The schema of a keyword beside this one. */
  beside(keyword: string): SchemaNode | undefined;
  /** Tells what is wrong with the keyword. */
  fault(what: string, next: string): void;
  warn(what: string, next: string): void;
}

/** Makes a keyword ready to check; undefined: it checks nothing. Its value has the form that its draft asks for. */
export type Builder = (value: never, here: KeywordContext) => Omit<Rule, "keyword"> | undefined;
