import type { TextFile } from "../text-file.ts";
import type { InexactNumber } from "./decimal.ts";
import type { Dialect } from "./dialects.ts";

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
export interface InstancePath {
  readonly parent: InstancePath | undefined;
  readonly key: string | number;
}

/** Keys and items of one value that a schema has looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
export interface Evaluated {
  readonly keys: Set<string>;
  readonly items: Set<number>;
  allKeys: boolean;
  allItems: boolean;
}
