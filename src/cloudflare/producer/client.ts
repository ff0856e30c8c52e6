import { debug } from "../../debug.ts";
import type { JsonObject } from "../../json-object.ts";
import type { AskStatus, HelloAnswer, PushAnswer } from "../../producer/answers.ts";
import { deriveKeyPair, signRequest } from "../../producer/keys.ts";
import { askBody, askPath, helloPath, type PushHead, pushBody, pushPath, wireLimits } from "../../producer/wire.ts";
import { createTransport, type Transport } from "../transport.ts";
import { type ProducerAnswer, parseAnswer, parseAskAnswer, parseHelloAnswer, parsePushAnswer } from "./parse-answer.ts";

export interface ProducerClientOptions {
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

/** A queue, and the deployment of a manifest, which has a ledger of its own. */
export interface ProducerTarget {
  /** The queue's name in the account. */
  readonly queue: string;
  readonly deployment: string;
}

/** The state of messages in a ledger, by key. */
export interface LedgerAnswers {
  /** The id of the ledger. The answers of another ledger prove nothing. */
  readonly ledger: string;
  readonly statuses: ReadonlyMap<string, AskStatus>;
  /** Accepted messages that the queue may have twice. */
  readonly maybeTwice: ReadonlySet<string>;
}

/** The answer to a push. */
export interface PushOutcome {
  readonly answer: ProducerAnswer<PushAnswer>;
  /** Whether the answer of an earlier request of the same push was lost, so that this one may have been recognized. */
  readonly isRepetition: boolean;
}

/** The calls of a producer Worker. None rejects. A request whose answer is lost is repeated, with the same keys. */
export interface ProducerClient {
  /** The public half of the key, which the Worker must have as its binding PUBLIC_KEY. */
  readonly publicKey: string;
  hello(signal?: AbortSignal): Promise<ProducerAnswer<HelloAnswer>>;
  /** Asks for one message or more. Waits for those that are under way. */
  ask(target: ProducerTarget, keys: readonly string[], signal?: AbortSignal): Promise<ProducerAnswer<LedgerAnswers>>;
  /** @param messages the body of the REST API's batch */
  push(
    target: ProducerTarget,
    head: PushHead,
    messages: string,
    signal?: AbortSignal,
    stop?: AbortSignal,
  ): Promise<PushOutcome>;
  close(): Promise<void>;
}

/**
 * Maximum requests to a Worker at once. Twenty queues take 1,000 full batches a second, so 100 are under way at 100 ms of latency. A
 * run that ends with its requests unanswered asks the ledger for their messages, so many leave no more doubt than few.
 */
export const workerConnections = 128;

/** How often, and after which waits, a request is repeated after a lost answer. A wait is random between zero and its maximum. */
const repetition = { most: 5, firstMs: 200, longestMs: 5_000 } as const;

/** How often messages that are under way are asked for again, and the wait in between. */
const underWay = { most: 60, waitMs: 500 } as const;

interface Call<T> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly parse: (value: JsonObject) => T | undefined;
  readonly signal: AbortSignal | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** Creates a client. @throws ConfigError if the environment sets an invalid proxy */
export function createProducerClient(options: ProducerClientOptions): ProducerClient {
  const { url, clock, env, deadlineMs = 20_000, random = Math.random } = options;
  const { privateKey, publicKey } = deriveKeyPair(options.workerKey, options.accountId, options.name);
  const transport = options.transport ?? createTransport(url, workerConnections, env, 10_000);
  /** Milliseconds by which the Worker's clock is ahead of this machine's, once an answer shows it. */
  let aheadMs = 0;

  const send = async <T>({ method, path, body, parse, signal, stop }: Call<T>): Promise<ProducerAnswer<T>> => {
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

  /** Sends a request, once more if this machine's clock is wrong. */
  const sendInTime = async <T>(call: Call<T>): Promise<ProducerAnswer<T>> => {
    const answer = await send(call);
    if (answer.kind !== "rejected" || answer.reason !== "expired" || answer.now === undefined) return answer;
    aheadMs = answer.now - clock.now();
    return send(call);
  };

  /** Repeats a request as long as its answer is lost, but not after `stop`: then the next run asks. */
  const sendUntilAnswered = async <T>(call: Call<T>): Promise<{ answer: ProducerAnswer<T>; isRepetition: boolean }> => {
    let lost: ProducerAnswer<T> | undefined;
    for (let repeated = 0; ; repeated += 1) {
      const answer = await sendInTime(lost === undefined ? call : { ...call, stop: undefined });
      if (answer.kind === "lost") lost = answer;
      // After a lost answer, only one of the ledger says what happened.
      if (answer.kind === "answer" || lost === undefined) return { answer, isRepetition: lost !== undefined };
      if (repeated === repetition.most || call.signal?.aborted || call.stop?.aborted) {
        return { answer: lost, isRepetition: true };
      }
      try {
        await clock.sleep(
          Math.ceil(random() * Math.min(repetition.longestMs, repetition.firstMs * 2 ** repeated)),
          call.signal,
        );
      } catch {
        return { answer: lost, isRepetition: true };
      }
    }
  };

  const askOnce = async (target: ProducerTarget, keys: readonly string[], signal: AbortSignal | undefined) =>
    (
      await sendUntilAnswered({
        method: "POST",
        path: askPath(target.queue, target.deployment),
        body: askBody(keys),
        parse: (value) => parseAskAnswer(value, keys.length),
        signal,
      })
    ).answer;

  return {
    publicKey,
    hello: (signal) => sendInTime({ method: "GET", path: helloPath, parse: parseHelloAnswer, signal }),

    async ask(target, keys, signal) {
      const statuses = new Map<string, AskStatus>();
      const maybeTwice = new Set<string>();
      let ledger: string | undefined;
      let open = keys;
      for (let asked = 0; ; asked += 1) {
        for (const part of parts(open, wireLimits.askKeys)) {
          const answer = await askOnce(target, part, signal);
          if (answer.kind !== "answer") return answer;
          const { value } = answer;
          // Answers of two ledgers cannot be combined; what the first one knew is gone.
          if (ledger !== undefined && ledger !== value.ledger) statuses.clear();
          ledger = value.ledger;
          for (const [at, key] of part.entries()) statuses.set(key, value.statuses[at] ?? "in_doubt");
          for (const key of value.maybe_twice) maybeTwice.add(key);
        }
        open = keys.filter((key) => statuses.get(key) === "under_way");
        const isDone = open.length === 0 || asked === underWay.most;
        if (isDone) return { kind: "answer", value: { ledger: ledger ?? "", statuses, maybeTwice } };
        await clock.sleep(underWay.waitMs, signal).catch(() => {});
      }
    },

    push: (target, head, messages, signal, stop) =>
      sendUntilAnswered({
        method: "POST",
        path: pushPath(target.queue, target.deployment),
        body: pushBody(head, messages),
        parse: parsePushAnswer,
        signal,
        stop,
      }),

    close: () => transport.close(),
  };
}

function parts(keys: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, at) => keys.slice(at * size, (at + 1) * size));
}
