import { type Decision, type MessageKey, packLedger, unpackKeys } from "../plan/index.ts";
import type { BatchOutcome } from "../push/index.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "./segment.ts";

/** Keeps a run's account, outcome by outcome: every message is pushed, in doubt or not sent. */
export class RunRecord {
  readonly #inputs: SegmentInputs;
  readonly #keys: readonly MessageKey[];
  readonly #pushed: Set<number>;
  readonly #inDoubt: Map<number, string>;
  readonly #before: ReadonlySet<number>;
  readonly #maybeTwice: string[] = [];
  #changed = false;

  constructor(inputs: SegmentInputs, decision: Decision) {
    this.#inputs = inputs;
    this.#keys = unpackKeys(inputs.keys);
    this.#pushed = new Set(decision.kept);
    this.#before = new Set(decision.inDoubt);
    this.#inDoubt = new Map(decision.inDoubt.map((index) => [index, this.#keys[index]?.id ?? `#${index + 1}`]));
  }

  add(outcome: BatchOutcome): void {
    switch (outcome.state) {
      case "pushed":
        for (const { index, label } of outcome.batch) {
          this.#pushed.add(index);
          this.#inDoubt.delete(index);
          if (outcome.mayBeTwice || this.#before.has(index)) this.#maybeTwice.push(label);
        }
        break;
      case "in_doubt":
        for (const { index, label } of outcome.batch) this.#inDoubt.set(index, label);
        break;
      case "not_sent":
        return;
    }
    this.#changed = true;
  }

  /** Whether the ledger is another one than before the run, so that it has to be kept even when the run fails. */
  get changed(): boolean {
    return this.#changed;
  }

  get pushed(): number {
    return this.#pushed.size;
  }

  get complete(): boolean {
    return this.#pushed.size === this.#keys.length;
  }

  /** Labels of the messages that may be in the queue although nothing confirmed it. */
  get inDoubt(): readonly string[] {
    return [...this.#inDoubt].sort(([a], [b]) => a - b).map(([, label]) => label);
  }

  /** Labels of the messages that were sent more than once. */
  get maybeTwice(): readonly string[] {
    return this.#maybeTwice;
  }

  /** What the engine's state is to hold. */
  outputs(run: LastPush, metrics: Pick<SegmentOutputs, "metrics" | "metricsAt">): SegmentOutputs {
    const keysOf = (indices: Iterable<number>) =>
      [...indices].sort((a, b) => a - b).flatMap((index) => this.#keys[index] ?? []);
    return {
      ...this.#inputs,
      // The ledger has them; twice they would only make the state larger.
      keys: "",
      ledger: packLedger({
        manifest: this.#inputs.digest,
        complete: this.complete,
        pushed: keysOf(this.#pushed),
        inDoubt: keysOf(this.#inDoubt.keys()),
      }),
      pushed: this.#pushed.size,
      inDoubt: this.#inDoubt.size,
      lastPush: run,
      ...metrics,
    };
  }
}
