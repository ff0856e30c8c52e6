import { backoffMs } from "../../backoff.ts";
import { debug } from "../../debug.ts";
import type { JsonObject } from "../../json-object.ts";
import { deriveKeyPair, signRequest } from "../../producer/signing.ts";
import { createTransport, type Transport } from "../transport.ts";
import { type ProducerAnswer, parseAnswer } from "./parse-answer.ts";

export interface RequesterOptions {
  /** The Worker's address, without a path. */
  readonly url: URL;
  /** The secret from which the pair of keys is derived; see `deriveKeyPair`. */
  readonly workerKey: string;
  readonly accountId: string;
  /** The Worker's name. */
  readonly name: string;
  readonly clock: ProducerClock;
  /** The environment that may set a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The timeout of a request in milliseconds. Shorter than that of the API, because a repetition does no harm. */
  readonly deadlineMs?: number;
  /** Returns a number from 0 to 1, for the jitter of waits. Default: Math.random. */
  readonly random?: () => number;
  /** Default: a pool of keep-alive connections. */
  readonly transport?: Transport;
}

/** The part of the clock that the client uses. */
export interface ProducerClock {
  /** Returns milliseconds since the epoch. */
  now(): number;
  /** @throws the signal's reason as soon as it is aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Maximum requests to a Worker at once. Twenty queues take 1,000 full batches a second, so 100 are in flight at 100 ms of latency. A
 * run that ends with its requests unanswered asks the ledger for their messages, so many leave no more doubt than few.
 */
export const workerConnections = 128;

/** How often, and after which waits, a request is repeated after a lost answer. A wait is random between zero and its maximum. */
const repetition = { most: 5, firstMs: 200, maxMs: 5_000 } as const;

/** A request, and how its answer is read. */
export interface Call<T> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly parse: (value: JsonObject) => T | undefined;
  readonly signal: AbortSignal | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** Sends signed requests. Nothing rejects. */
export interface Requester {
  /** The public half of the key. */
  readonly publicKey: string;
  /** Sends a request, once more if this machine's clock is wrong. */
  send<T>(call: Call<T>): Promise<ProducerAnswer<T>>;
  /** Repeats a request as long as its answer is lost, but not after `stop`: then the next run asks. */
  sendUntilAnswered<T>(call: Call<T>): Promise<RepeatedAnswer<T>>;
  close(): Promise<void>;
}

/** The answer to a request that was repeated if necessary. */
export interface RepeatedAnswer<T> {
  readonly answer: ProducerAnswer<T>;
  /** Whether the answer of an earlier request was lost, so that the Worker may have recognized this one. */
  readonly isRepetition: boolean;
}

/** Creates the requester of a client. @throws ConfigError if the environment sets an invalid proxy */
export function createRequester(options: RequesterOptions): Requester {
  const { url, clock, env, deadlineMs = 20_000, random = Math.random } = options;
  const { privateKey, publicKey } = deriveKeyPair(options.workerKey, options.accountId, options.name);
  const transport = options.transport ?? createTransport(url, workerConnections, env, 10_000);
  /** Milliseconds by which the Worker's clock is ahead of this machine's, once an answer shows it. */
  let aheadMs = 0;

  const sendOnce = async <T>({ method, path, body, parse, signal, stop }: Call<T>): Promise<ProducerAnswer<T>> => {
    const time = clock.now() + aheadMs;
    const authorization = signRequest(privateKey, { method, host: url.host, path, time }, body ?? "");
    const content = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { "user-agent": "queue-seeder", "accept-encoding": "identity", authorization, ...content };
    const since = performance.now();
    const wire = await transport.send({ method, url: new URL(path, url), headers, body, deadlineMs, signal, stop });
    const answer = parseAnswer(wire, clock.now(), parse);
    debug("worker request", () => ({
      method,
      path,
      outcome: answer.kind,
      status: wire.kind === "answer" ? wire.status : undefined,
      ms: Math.round(performance.now() - since),
    }));
    return answer;
  };

  const send = async <T>(call: Call<T>): Promise<ProducerAnswer<T>> => {
    const answer = await sendOnce(call);
    if (answer.kind !== "rejected" || answer.reason !== "expired" || answer.now === undefined) return answer;
    aheadMs = answer.now - clock.now();
    return sendOnce(call);
  };

  const sendUntilAnswered = async <T>(call: Call<T>): Promise<RepeatedAnswer<T>> => {
    let lost: ProducerAnswer<T> | undefined;
    for (let repeated = 0; ; repeated += 1) {
      const answer = await send(lost === undefined ? call : { ...call, stop: undefined });
      if (answer.kind === "lost") lost = answer;
      // After a lost answer, only an answer of the ledger shows what happened.
      if (answer.kind === "answer" || lost === undefined) return { answer, isRepetition: lost !== undefined };
      if (repeated === repetition.most || call.signal?.aborted || call.stop?.aborted) {
        return { answer: lost, isRepetition: true };
      }
      try {
        await clock.sleep(Math.ceil(random() * backoffMs(repetition, repeated + 1)), call.signal);
      } catch {
        return { answer: lost, isRepetition: true };
      }
    }
  };

  return { publicKey, send, sendUntilAnswered, close: () => transport.close() };
}
