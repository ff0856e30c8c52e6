import type { JsonValue, SourceLocation } from "../../types.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/**
 * The variables of manifests. Undefined parts are unknown. Without a stack, only the spelling of its variables is checked; with a
 * stack, a missing value is a problem.
 */
export interface Variables {
  readonly project?: string | undefined;
  /** The stack's configuration without its secrets, by the name that manifests use. */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
  /** The reasons not to use a value of `config`, by its name. */
  readonly configFlaws?: ReadonlyMap<string, readonly ConfigFlaw[]> | undefined;
  /** The names of the stack's secrets, without their values. */
  readonly secrets?: readonly string[] | undefined;
  /** Returns the size of a secret's value, if known, to check the size of bodies. */
  readonly secretBytes?: ((name: string) => SecretBytes | undefined) | undefined;
  /** The environment; a manifest can only use the variables that it lists. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Returns the commit that is checked out; called only if a manifest uses it. */
  readonly gitSha?: (() => string | undefined) | undefined;
  /** Returns what to do without a commit, in full sentences; called only then. */
  readonly noCommit?: (() => string) | undefined;
}

/** A part of a configuration value that Pulumi changed. */
export interface ConfigFlaw {
  /** The keys and indexes of the part; empty for the whole value. */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
  /** Its location in the configuration; undefined if unknown. */
  readonly location: SourceLocation | undefined;
}

/** The UTF-8 bytes of a secret's value. */
export interface SecretBytes {
  readonly text: number;
  /** Inside a JSON text, including escapes. */
  readonly json: number;
}

/** Measures a secret. @returns undefined for an unknown value */
export function measureSecret(secret: string | undefined): SecretBytes | undefined {
  if (secret === undefined) return undefined;
  return { text: Buffer.byteLength(secret), json: Buffer.byteLength(JSON.stringify(secret)) - '""'.length };
}

/** The variables that are available at a location. */
export interface Scope {
  readonly stack: string | undefined;
  readonly variables: Variables;
  /** The environment variables that the manifest lists. */
  readonly env: readonly string[];
  /** Variables of this location only, such as `item` and `row`. */
  readonly local: Readonly<Record<string, JsonValue>>;
  /** The row of a data file that the local variables come from. */
  readonly row?: { readonly json: string; readonly canonical?: string | undefined; readonly bytes: number };
  /** The names of local variables that get their values later. */
  readonly pending?: readonly string[];
  /** Called with each variable that is looked up, except for the local ones. */
  readonly onLookup?: (name: string, found: LookupResult) => void;
}

/** A variable that has no value, or must not be used. */
export type LookupProblem = Extract<LookupResult, { readonly kind: "problem" }>;

export type LookupResult =
  /** `text` is the spelling of a number inside a text; absent if it is the same as JavaScript's. */
  | { readonly kind: "value"; readonly value: JsonValue; readonly text?: string }
  /** `missing` is set if it has no value, which is only reported if secrets are allowed there. */
  | { readonly kind: "secret"; readonly name: string; readonly from?: "env"; readonly missing?: LookupProblem }
  /** It has a value that is unknown here. */
  | { readonly kind: "unknown" }
  | {
      readonly kind: "problem";
      readonly code: ProblemCode;
      readonly message: string;
      readonly hint: string;
      /** The location to fix; absent for the location of the variable. */
      readonly location?: SourceLocation;
    };
