import type { JsonValue } from "../../types.ts";
import type { Failure } from "./node.ts";
import { passed, type SchemaNode } from "./node.ts";
import { Run, Unchecked } from "./run.ts";
import type { At } from "./types.ts";

/** The root of a body. */
const root: At = { parent: undefined, key: "" };

/** Holds values against a schema. */
export class Checker {
  readonly #node: SchemaNode;
  /** One for all values: there may be a million. */
  readonly #run: Run;
  #gaveUp: Unchecked | undefined;

  /** @param dynamic whether what a reference leads to depends on the way to it */
  constructor(node: SchemaNode, dynamic: boolean) {
    this.#node = node;
    this.#run = new Run(dynamic);
  }

  /**
   * @returns what the value does not keep to; nothing where it passes
   * @throws Unchecked when it takes too long or has no end, and then at once for every other value
   */
  check(value: JsonValue): readonly Failure[] {
    if (this.#gaveUp !== undefined) throw this.#gaveUp;
    try {
      if (this.#node.accepts(value, this.#run.restart())) return passed;
      return this.#node.check(value, root, this.#run.restart());
    } catch (error) {
      const why = error instanceof RangeError ? new Unchecked("the schema never ends") : error;
      if (why instanceof Unchecked) this.#gaveUp = why;
      throw why;
    }
  }
}
