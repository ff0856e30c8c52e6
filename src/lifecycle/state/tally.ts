import type { BatchOutcome } from "../../push/index.ts";
import type { SegmentLedger } from "../ledger/types.ts";

/** Outcome of each message of a segment, by index, ascending. Messages in neither list were not sent. */
export interface MessageOutcomes {
  readonly pushed: readonly number[];
  readonly inDoubt: readonly number[];
  /** Labels of the messages in doubt. */
  readonly inDoubtLabels: readonly string[];
  /** Labels of the messages, pushed or in doubt, that may have arrived more than once. */
  readonly possibleDuplicates: readonly string[];
}

/** Tracks the outcome of every message of a segment during a run: pushed, in doubt or not sent. */
export class RunTally {
  readonly #pushed: Set<number>;
  readonly #inDoubt: Map<number, string>;
  readonly #before: ReadonlySet<number>;
  readonly #possibleDuplicates: string[];
  #changed: boolean;

  /** @param changed whether journals already make the ledger differ from the one in the Pulumi state */
  constructor({ decision: { alreadyPushed, inDoubt }, possiblyDuplicated, labelOf }: SegmentLedger, changed: boolean) {
    this.#pushed = new Set(alreadyPushed);
    this.#before = new Set(inDoubt);
    this.#inDoubt = new Map(inDoubt.map((index) => [index, labelOf(index)]));
    this.#possibleDuplicates = possiblyDuplicated.map((index) => labelOf(index));
    this.#changed = changed;
  }

  add(outcome: BatchOutcome): void {
    switch (outcome.state) {
      case "pushed":
        for (const { index, label } of outcome.batch) {
          this.#pushed.add(index);
          this.#inDoubt.delete(index);
          const twice = outcome.duplicates?.has(index) ?? (outcome.possibleDuplicate || this.#before.has(index));
          if (twice) this.#possibleDuplicates.push(label);
        }
        break;
      case "inDoubt":
        for (const { index, label } of outcome.batch) {
          this.#inDoubt.set(index, label);
          if (outcome.possibleDuplicate || this.#before.has(index)) this.#possibleDuplicates.push(label);
        }
        break;
      case "notSent":
        return;
    }
    this.#changed = true;
  }

  /** Whether the ledger differs from the one before the run, so that it must be stored even if the run fails. */
  get changed(): boolean {
    return this.#changed;
  }

  outcomes(): MessageOutcomes {
    const inDoubt = [...this.#inDoubt].sort(([a], [b]) => a - b);
    return {
      pushed: [...this.#pushed].sort((a, b) => a - b),
      inDoubt: inDoubt.map(([index]) => index),
      inDoubtLabels: inDoubt.map(([, label]) => label),
      possibleDuplicates: this.#possibleDuplicates,
    };
  }
}
