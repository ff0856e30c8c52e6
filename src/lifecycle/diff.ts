import { type Decision, decide, isSettled, type Ledger, unpackKeys, unpackLedger, type Wanted } from "../plan/index.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

/** What the engine puts in place of a value that only the run itself will know. Source: pulumi sdk, runtime/rpc. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface SegmentDiff {
  readonly changes: boolean;
  readonly replaces: readonly (keyof SegmentInputs)[];
  readonly decision: Decision;
  /** What the decision was made from. */
  readonly recorded: Ledger;
}

/** Another queue has none of the messages: the resource is replaced, and its ledger starts from nothing. */
const identity = ["accountId", "queueId"] as const satisfies readonly (keyof SegmentInputs)[];

/** Compares the ledger with what is wanted. Pure: the preview and the push both decide by it. */
export function diffSegment(
  olds: Pick<SegmentOutputs, "accountId" | "queueId" | "ledger">,
  news: SegmentInputs,
): SegmentDiff {
  const replaces = identity.filter((name) => news[name] !== olds[name] && news[name] !== unknownValue);
  const recorded = unpackLedger(olds.ledger);
  const decision = decideSegment(news, recorded);
  const unknown = identity.some((name) => news[name] === unknownValue);
  return { changes: unknown || replaces.length > 0 || !isSettled(decision, recorded), replaces, decision, recorded };
}

export function decideSegment(inputs: SegmentInputs, recorded: Ledger): Decision {
  return decide(wanted(inputs), recorded);
}

function wanted({ mode, digest, keys }: SegmentInputs): Wanted {
  return { mode, manifest: digest, keys: unpackKeys(keys) };
}
