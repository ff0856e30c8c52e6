import type { JsonValue } from "../../types.ts";
import type { TextFile } from "../text.ts";
import type { Dialect } from "./dialects.ts";
import type { SchemaNode } from "./node.ts";
import type { InexactNumber } from "./number.ts";
import type { Run } from "./run.ts";

/** What a schema's file holds: JSON, with the numbers that a double cannot hold in their own spelling. */
export type SchemaValue =
  | null
  | boolean
  | number
  | string
  | InexactNumber
  | readonly SchemaValue[]
  | { readonly [key: string]: SchemaValue };

export type SchemaObject = { readonly [key: string]: SchemaValue };

/** A file of the repository that holds a schema, or a draft's own schema. */
export interface SchemaFile {
  readonly file: TextFile;
  readonly value: SchemaValue;
}

/** Keys and indexes that lead from a file's root to a value, as text. */
export type Steps = readonly string[];

/** A schema with an address of its own: a file, or a part of one that has an `$id`. */
export interface Resource {
  readonly uri: string;
  readonly dialect: Dialect;
  readonly root: Located;
  readonly anchors: Map<string, Located>;
  readonly dynamicAnchors: Map<string, Located>;
  /** Whether a `$recursiveRef` may be led on from here. */
  readonly recursive: boolean;
}

/** A schema and where it stands. */
export interface Located {
  readonly schema: SchemaValue;
  readonly resource: Resource;
  readonly file: SchemaFile;
  readonly steps: Steps;
}

/** Where a check is in the body; the root has no parent. */
export interface At {
  readonly parent: At | undefined;
  readonly key: string | number;
}

/** A keyword of a schema that a body does not keep to. */
export interface Failure {
  readonly keyword: string;
  readonly file: SchemaFile;
  /** Where the keyword stands in its file. */
  readonly steps: Steps;
  readonly at: At;
  /** A clause that follows the name of the value: `must be integer`. */
  readonly what: string;
  /** Of anyOf, oneOf and if: what each alternative has against the value. */
  readonly branches?: readonly Branch[];
}

export interface Branch {
  readonly node: SchemaNode;
  /** What was checked against it. */
  readonly value: JsonValue;
  readonly failures: readonly Failure[];
}

/**
 * Checks a value.
 *
 * @param at undefined: only whether it passes is wanted, and any failure stands for all
 * @returns nothing where it passes
 */
export type Check = (value: JsonValue, at: At | undefined, run: Run) => readonly Failure[];

/** Keys and items of one value that a schema has looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
export interface Seen {
  readonly keys: Set<string>;
  readonly items: Set<number>;
  allKeys: boolean;
  allItems: boolean;
}

/** Adds what a keyword or a schema looks at, in a value that passes. */
export type See = (value: JsonValue, seen: Seen, run: Run) => void;

/** A keyword that is ready to check. */
export interface Rule {
  readonly keyword: string;
  readonly check: Check;
  readonly see?: See;
  /** Whether it has to wait for what the other keywords see. */
  readonly last?: boolean;
  /** Schemas that always apply to the same value. */
  readonly always?: readonly SchemaNode[];
  /** Schemas of the value's keys. */
  readonly properties?: ReadonlyMap<string, SchemaNode>;
  /** What `const`, `enum` and `type` allow, in words for people. */
  readonly allowed?: readonly string[];
}
