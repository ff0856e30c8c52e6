import { truncate } from "../../format.ts";
import { toPrintable } from "../../printable.ts";
import type { PushAnswer } from "../../producer/answers.ts";
import type { Batch } from "../../types.ts";
import type { Client } from "../client.ts";
import { encodeBatch } from "../encode-request.ts";
import { createFailure } from "../network-errors.ts";
import { noRateLimitHeaders } from "../rate-limit-headers.ts";
import { redactBodies } from "../redact-bodies.ts";
import type { PushResult } from "../types.ts";
import type { ProducerClient, ProducerTarget } from "./client.ts";
import { describeRefusal, describeRejection } from "./describe-failure.ts";
import type { RepeatedAnswer } from "./send-requests.ts";

/** The messages of one segment, and their keys in the Worker's ledger. */
export interface SegmentClientOptions extends ProducerTarget {
  /** The id of the ledger when the run began; "" if it is unknown, so that an answer clears no doubt. */
  readonly ledgerId: string;
  /** Returns the key of the message at an index. */
  readonly keyOf: (index: number) => string;
  /** The indices of the messages in doubt from earlier runs. A push of them sends them again. */
  readonly inDoubt: readonly number[];
  /** Those of them that the ledger need not know, because an earlier run sent them in another way. */
  readonly unknown: readonly number[];
}

/** Pushes like the client of the REST API. */
export interface SegmentClient extends Pick<Client, "push"> {
  /** The number of messages that the ledger had before this run, so that they were not sent again. */
  readonly recognized: number;
}

/** The maximum length of the queue's message in an error, in characters. */
const quoteLength = 300;

/**
 * Creates the client of one segment. Its results have the same meaning as those of the REST API's client. A push allows the Worker
 * to send messages in doubt again: the caller passes them only if the policy does, see `selectSendable` in src/lifecycle.
 */
export function createSegmentClient(producer: ProducerClient, options: SegmentClientOptions): SegmentClient {
  const { ledgerId, keyOf } = options;
  const unknown = new Set(options.unknown);
  const earlier = new Set(options.inDoubt);
  /** Messages that are in doubt, so that a further push sends them again: the caller decided so. */
  const doubted = new Set(earlier);
  /** Messages that this run tried to push before, and that the queue has not accepted. */
  const tried = new Set<number>();
  let recognized = 0;

  return {
    get recognized() {
      return recognized;
    },
    async push(_queue, batch, signal, stop) {
      const keys = batch.map(({ index }) => keyOf(index));
      const resend_in_doubt = batch.some(({ index }) => doubted.has(index));
      const outcome = await producer.push(options, { keys, resend_in_doubt }, encodeBatch(batch), signal, stop);
      const indices = new Map(batch.map(({ index }, at) => [keys[at] ?? "", index]));
      const having = (some: readonly string[]) => some.flatMap((key) => indices.get(key) ?? []);
      const { answer } = outcome;
      if (answer.kind === "answer") {
        const { value } = answer;
        for (const index of having(value.in_doubt)) doubted.add(index);
        const isNew = batch.every(({ index }) => !tried.has(index) && !earlier.has(index));
        if (isNew && !outcome.isRepetition) recognized += value.repeated;
      }
      const isAccepted = answer.kind === "answer" && answer.value.state === "accepted";
      for (const { index } of batch) isAccepted ? tried.delete(index) : tried.add(index);
      return toPushResult(outcome, batch, (value) => toDuplicates(value, having(value.possible_duplicates), batch));
    },
  };

  /** Returns the indices of the messages that may be in the queue twice; undefined if the answer leaves a doubt. */
  function toDuplicates(
    answer: PushAnswer,
    possibleDuplicates: readonly number[],
    batch: Batch,
  ): ReadonlySet<number> | undefined {
    const isSame = ledgerId !== "" && answer.ledger === ledgerId;
    if (!isSame && possibleDuplicates.length === 0) return undefined;
    const all = batch.map(({ index }) => index);
    return new Set(isSame ? [...possibleDuplicates, ...all.filter((index) => unknown.has(index))] : all);
  }
}

type ToDuplicates = (answer: PushAnswer) => ReadonlySet<number> | undefined;

function toPushResult({ answer }: RepeatedAnswer<PushAnswer>, batch: Batch, toDuplicates: ToDuplicates): PushResult {
  const rate = noRateLimitHeaders;
  switch (answer.kind) {
    case "unsent":
      return { kind: "unsent", failure: answer.failure };
    case "lost":
      return { kind: "unknown", failure: answer.failure, rate };
    case "limited":
      return { kind: "refused", failure: answer.failure, rate: answer.rate };
    case "rejected":
      return { kind: "refused", failure: describeRejection(answer.reason, answer.status), rate };
    case "answer":
      return toResult(answer.value, batch, toDuplicates);
  }
}

function toResult(value: PushAnswer, batch: Batch, toDuplicates: ToDuplicates): PushResult {
  const rate = noRateLimitHeaders;
  const redact = (words: string) => truncate(toPrintable(redactBodies(words, batch)), quoteLength);
  switch (value.state) {
    case "accepted": {
      const duplicates = toDuplicates(value);
      const metrics = value.metrics ?? undefined;
      return { kind: "accepted", metrics, rate, ...(duplicates !== undefined && { duplicates }) };
    }
    case "refused": {
      const failure = describeRefusal(value, redact);
      // The queue has those that an earlier request delivered, or may have those in doubt: another request shows which.
      const isMixed = value.repeated > 0 || value.in_doubt.length > 0;
      if (isMixed) return { kind: "unknown", failure: { ...failure, retry: "unknown_outcome" }, rate };
      return { kind: "refused", failure, rate };
    }
    case "in_doubt": {
      const { code, message } = value;
      const detail = message === null ? "" : `${code === null ? "" : `code ${code}: `}${redact(message)}`;
      const what = `the queue's answer to the Worker was lost${detail === "" ? "" : ` (${detail})`}`;
      const next = "The queue may have these messages: check it, then run it again.";
      return { kind: "unknown", failure: createFailure("unknown_outcome", what, next), rate };
    }
  }
}
