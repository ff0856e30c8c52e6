import type { TextFile } from "../files/text-file.ts";
import type { InexactNumber } from "./decimal.ts";
import type { Dialect } from "./dialects.ts";

/** The content of a schema file: JSON, in which numbers that a double cannot represent keep their spelling. */
export type SchemaValue =
  | null
  | boolean
  | number
  | string
  | InexactNumber
  | readonly SchemaValue[]
  | { readonly [key: string]: SchemaValue };

export type SchemaObject = { readonly [key: string]: SchemaValue };

/** A schema file of the repository, or a metaschema. */
export interface SchemaFile {
  readonly file: TextFile;
  readonly value: SchemaValue;
}

/** The path from a file's root to a value: keys and indexes, as text. */
export type Steps = readonly string[];

/** A schema with its own address: a file, or a part of one with an `$id`. */
export interface Resource {
  readonly uri: string;
  readonly dialect: Dialect;
  readonly root: Located;
  readonly anchors: Map<string, Located>;
  readonly dynamicAnchors: Map<string, Located>;
  /** Whether it has `$recursiveAnchor`. */
  readonly recursive: boolean;
}

/** A schema with its location. */
export interface Located {
  readonly schema: SchemaValue;
  readonly resource: Resource;
  readonly file: SchemaFile;
  readonly steps: Steps;
}

/** The position of a check in the body; the root has no parent. */
export interface InstancePath {
  readonly parent: InstancePath | undefined;
  readonly key: string | number;
}

/** The evaluated keys and items of a value, for `unevaluatedProperties` and `unevaluatedItems`. */
export interface Evaluated {
  readonly keys: Set<string>;
  readonly items: Set<number>;
  allKeys: boolean;
  allItems: boolean;
}
