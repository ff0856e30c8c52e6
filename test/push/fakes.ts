import type { Client, Failure, PushResult, RateLimitHeaders, RetryClass } from "../../src/cloudflare/index.ts";
import { noRateLimitHeaders } from "../../src/cloudflare/index.ts";
import type { Clock } from "../../src/push/index.ts";
import type { Batch, EncodedMessage, QueueRef } from "../../src/types.ts";

export const queue: QueueRef = { accountId: "a".repeat(32), queueId: "b".repeat(32) };

export interface VirtualClock extends Clock {
  /** Durations of the completed sleeps in ms, in order. */
  readonly slept: readonly number[];
  /** Returns the number of pending sleeps. */
  sleeping(): number;
}

/** Creates a clock whose time advances only while all tasks sleep, and then immediately. */
export function virtualClock(): VirtualClock {
  const start = 1_700_000_000_000;
  let now = start;
  const sleepers: { at: number; ms: number; wake: () => void }[] = [];
  const slept: number[] = [];
  let ticking = false;
  const tick = () => {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    ticking = sleepers.length > 0;
    if (ticking) setImmediate(tick);
    if (next === undefined) return;
    now = Math.max(now, next.at);
    slept.push(next.ms);
    next.wake();
  };
  return {
    slept,
    sleeping: () => sleepers.length,
    now: () => now,
    elapsed: () => now - start,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: now + ms, ms, wake: () => resolve() };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          if (sleepers.includes(sleeper)) sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal.reason);
        });
        if (!ticking) setImmediate(tick);
        ticking = true;
      }),
  };
}

function encoded(index: number): EncodedMessage {
  return {
    index,
    label: `#${index + 1}`,
    bodyJson: String(index),
    bytes: 1,
    contentType: "json",
    delaySeconds: undefined,
  };
}

/** Returns batches of these sizes; the message indices are consecutive from 0. */
export function batches(...sizes: number[]): Batch[] {
  let index = 0;
  return sizes.map((size) => Array.from({ length: size }, () => encoded(index++)));
}

export function indices(batch: Batch): number[] {
  return batch.map(({ index }) => index);
}

export function failure(retry: RetryClass, code?: number): Failure {
  return { retry, message: `a ${retry}`, remedy: "mend it", status: undefined, code, documentationUrl: undefined };
}

export const accepted: PushResult = { kind: "accepted", metrics: undefined, rate: noRateLimitHeaders };
export const lost: PushResult = { kind: "unknown", failure: failure("unknown_outcome"), rate: noRateLimitHeaders };
export const unsent: PushResult = { kind: "unsent", failure: failure("after_wait") };

export function refused(retry: RetryClass, code?: number, rate: Partial<RateLimitHeaders> = {}): PushResult {
  return { kind: "refused", failure: failure(retry, code), rate: { ...noRateLimitHeaders, ...rate } };
}

export interface FakeClient extends Pick<Client, "push"> {
  /** Message indices of each request, in the order of the requests. */
  readonly sent: number[][];
}

/** Returns a client whose responses are computed from the batch and the 0-based number of the request. */
export function fakeClient(
  answer: (batch: Batch, request: number) => PushResult | Promise<PushResult>,
  wait: () => Promise<void> = async () => {},
): FakeClient {
  const sent: number[][] = [];
  return {
    sent,
    async push(_queue, batch) {
      const request = sent.push(indices(batch)) - 1;
      await wait();
      return answer(batch, request);
    },
  };
}
