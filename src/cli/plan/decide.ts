import { type Book, openBook } from "../../lifecycle/book.ts";
import { diffSegment } from "../../lifecycle/diff.ts";
import { refuseShrunk } from "../../lifecycle/edited.ts";
import { Refusal } from "../../lifecycle/failure.ts";
import type { Decision } from "../../plan/index.ts";
import { digestsOf, type SegmentFacts } from "../deployment/segments.ts";

/** What a run would do for one segment, decided as the provider does. */
export interface Decided {
  readonly decision: Decision;
  /** Indices of the messages that would be sent, ascending. */
  readonly sendable: readonly number[];
  /** Messages in doubt that are not sent again. */
  readonly held: number;
  readonly labelOf: Book["labelOf"];
  /** Why the run would refuse the segment, other than for what was edited. */
  readonly refusal: string | undefined;
}

export async function decideAs(segment: SegmentFacts): Promise<Decided> {
  const { inputs, recorded } = segment;
  const { decision: all, labelOf } = openBook(inputs, undefined);
  const decided = (decision: Decision, refusal?: string): Decided => {
    const held = new Set(inputs.inDoubtPolicy === "stop" ? decision.inDoubt : []);
    const refused = refusal !== undefined || decision.edited.length > 0;
    const sendable = refused ? [] : decision.pending.filter((index) => !held.has(index));
    return { decision, sendable, held: held.size, labelOf, refusal };
  };
  if (recorded === undefined) return decided(all);
  try {
    const { replaces, decision } = await diffSegment(recorded.outputs, inputs, () => digestsOf(segment));
    // Another queue has nothing yet: the engine replaces the resource, and its ledger begins anew.
    if (replaces.length > 0) return decided(all);
    refuseShrunk(recorded.outputs, inputs);
    return decided(decision);
  } catch (error) {
    if (error instanceof Refusal) return decided(all, error.message);
    throw error;
  }
}
