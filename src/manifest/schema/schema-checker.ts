import type { JsonValue } from "../../types.ts";
import { Evaluation, UncheckedError } from "./evaluation.ts";
import type { Failure } from "./schema-node.ts";
import { passed, type SchemaNode } from "./schema-node.ts";
import type { InstancePath } from "./types.ts";

/** The root of a body. */
const root: InstancePath = { parent: undefined, key: "" };

/** Checks values against a schema. */
export class SchemaChecker {
  readonly #node: SchemaNode;
  /** Reused for all values, because there may be a million. */
  readonly #run: Evaluation;
  #gaveUp: UncheckedError | undefined;

  /** @param dynamic whether the target of a reference depends on the path to it */
  constructor(node: SchemaNode, dynamic: boolean) {
    this.#node = node;
    this.#run = new Evaluation(dynamic);
  }

  /**
   * Checks a value.
   *
   * @returns the failures; empty if the value is valid
   * @throws UncheckedError if the check takes too long or does not end, and then at once for every other value
   */
  check(value: JsonValue): readonly Failure[] {
    if (this.#gaveUp !== undefined) throw this.#gaveUp;
    try {
      if (this.#node.accepts(value, this.#run.restart())) return passed;
      return this.#node.check(value, root, this.#run.restart());
    } catch (error) {
      const why = error instanceof RangeError ? new UncheckedError("the schema never ends") : error;
      if (why instanceof UncheckedError) this.#gaveUp = why;
      throw why;
    }
  }
}
