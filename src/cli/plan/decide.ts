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
  readonly journaled: Journaled;
  readonly labelOf: Book["labelOf"];
  /** Why the run would refuse the segment, other than for what was edited. */
  readonly refusal: string | undefined;
}

/** Of the messages that would be sent by the ledger, what the journal of a run that was killed knows better. */
export interface Journaled {
  /** They do not go again. */
  readonly pushed: number;
  /** Sent without an answer. */
  readonly inDoubt: number;
}

const nothingJournaled: Journaled = { pushed: 0, inDoubt: 0 };

export async function decideAs(segment: SegmentFacts, env: NodeJS.ProcessEnv): Promise<Decided> {
  const { inputs, recorded } = segment;
  const { decision: all, labelOf } = openBook(inputs, undefined);
  const decided = (decision: Decision, refusal?: string, journaled = nothingJournaled): Decided => {
    const held = new Set(inputs.inDoubtPolicy === "stop" ? decision.inDoubt : []);
    const refused = refusal !== undefined || decision.edited.length > 0;
    const sendable = refused ? [] : decision.pending.filter((index) => !held.has(index));
    return { decision, sendable, held: held.size, journaled, labelOf, refusal };
  };
  try {
    if (recorded === undefined) return decided(all, undefined, await journaledOf(segment, all, env));
    // What the engine creates anew begins with an empty ledger.
    if (recorded.replaced) return decided(all);
    const { replaces, decision } = await diffSegment(recorded.outputs, inputs, () => digestsOf(segment));
    // Another queue has nothing yet: the engine replaces the resource, and its ledger begins anew.
    if (replaces.length > 0) return decided(all);
    refuseShrunk(recorded.outputs, inputs);
    return decided(decision, undefined, await journaledOf(segment, decision, env));
  } catch (error) {
    if (error instanceof Refusal) return decided(all, error.message);
    throw error;
  }
}

async function journaledOf(segment: SegmentFacts, { inDoubt }: Decision, env: NodeJS.ProcessEnv): Promise<Journaled> {
  const { inputs, recorded } = segment;
  const left = await segment.left(env);
  if (left.pushed.length + left.inDoubt.length === 0) return nothingJournaled;
  const digests = inputs.content.kind === "rows" ? await digestsOf(segment) : undefined;
  const { decision, recovered } = openBook(inputs, recorded?.outputs.ledger, left, digests);
  return { pushed: recovered.length, inDoubt: decision.inDoubt.length - inDoubt.length };
}
