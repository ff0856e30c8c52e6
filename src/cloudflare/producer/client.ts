import type { JsonObject } from "../../json-object.ts";
import type { AskStatus, HelloAnswer, PushAnswer } from "../../producer/answers.ts";
import { askBody, askPath, helloPath, type PushHead, pushBody, pushPath, wireLimits } from "../../producer/wire.ts";
import { type ProducerAnswer, parseAskAnswer, parseHelloAnswer, parsePushAnswer } from "./parse-answer.ts";
import { createRequester, type RepeatedAnswer, type RequesterOptions } from "./send-requests.ts";

/** A queue, and the deployment of a manifest, which has a ledger of its own. */
export interface ProducerTarget {
  /** The queue's name in the account. */
  readonly queue: string;
  readonly deployment: string;
}

/** The state of messages in a ledger, by key. */
export interface LedgerAnswers {
  /** The id of the ledger. The answers of another ledger prove nothing. */
  readonly ledgerId: string;
  readonly statuses: ReadonlyMap<string, AskStatus>;
  /** Accepted messages that the queue may have twice. */
  readonly possibleDuplicates: ReadonlySet<string>;
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
  ): Promise<RepeatedAnswer<PushAnswer>>;
  close(): Promise<void>;
}

/** How often messages that are under way are asked for again, and the wait in between. */
const repeatedAsks = { most: 60, waitMs: 500 } as const;

/** Creates a client. @throws ConfigError if the environment sets an invalid proxy */
export function createProducerClient(options: RequesterOptions): ProducerClient {
  const { clock } = options;
  const { publicKey, send, sendUntilAnswered, close } = createRequester(options);

  const askOnce = async ({ queue, deployment }: ProducerTarget, keys: readonly string[], signal?: AbortSignal) => {
    const parse = (value: JsonObject) => parseAskAnswer(value, keys.length);
    const call = { method: "POST", path: askPath(queue, deployment), body: askBody(keys), parse, signal } as const;
    return (await sendUntilAnswered(call)).answer;
  };

  return {
    publicKey,
    hello: (signal) => send({ method: "GET", path: helloPath, parse: parseHelloAnswer, signal }),

    async ask(target, keys, signal) {
      const statuses = new Map<string, AskStatus>();
      const possibleDuplicates = new Set<string>();
      let ledgerId: string | undefined;
      let open = keys;
      for (let asked = 0; ; asked += 1) {
        for (const part of parts(open, wireLimits.askKeys)) {
          const answer = await askOnce(target, part, signal);
          if (answer.kind !== "answer") return answer;
          const { value } = answer;
          // Answers of two ledgers cannot be combined, and those of the first one no longer apply.
          if (ledgerId !== undefined && ledgerId !== value.ledger) statuses.clear();
          ledgerId = value.ledger;
          for (const [at, key] of part.entries()) statuses.set(key, value.statuses[at] ?? "in_doubt");
          for (const key of value.possible_duplicates) possibleDuplicates.add(key);
        }
        open = keys.filter((key) => statuses.get(key) === "under_way");
        const isDone = open.length === 0 || asked === repeatedAsks.most;
        if (isDone) return { kind: "answer", value: { ledgerId: ledgerId ?? "", statuses, possibleDuplicates } };
        await clock.sleep(repeatedAsks.waitMs, signal).catch(() => {});
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

    close,
  };
}

function parts(keys: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, at) => keys.slice(at * size, (at + 1) * size));
}
