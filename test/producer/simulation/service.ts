import { createFailure } from "../../../src/cloudflare/network-errors.ts";
import type { Transport, TransportRequest, TransportResult } from "../../../src/cloudflare/transport.ts";
import type { PushAnswer } from "../../../src/producer/answers.ts";
import type { Random } from "../../engine/soak/random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How the modelled service behaves. */
export interface ServiceModel {
  /** Milliseconds from a request to its answer, without the object's work: at least, and at most. */
  readonly latencyMs: readonly [number, number];
  /** Milliseconds that an object works on one request: 1 for 1,000 requests a second. */
  readonly objectMs: number;
  /** Milliseconds that the queue takes to accept a batch. The object works on others meanwhile. */
  readonly queueMs: number;
  /** Share of the requests whose connection is lost, one half before the object has them, the other half after. */
  readonly lost: number;
  /** Share of the requests at which the object is reset, which ends all of its requests. */
  readonly resets: number;
}

/** The states of a message in a ledger, as in the Worker. */
const states = { unseen: 0, accepted: 1, inDoubt: 2, acceptedPossibleDuplicate: 3 } as const;

/** The limit of a queue. */
const queueMessagesPerSecond = 5_000;

/** One queue and the object with its ledger. */
class QueueModel {
  readonly states: Uint8Array;
  /** How often the queue has each message. */
  readonly arrived: Uint8Array;
  /** When the object has worked off the requests that it has. */
  busyUntil = 0;
  /** Raised by a reset. */
  generation = 0;
  #second = { number: 0, messages: 0 };

  constructor(messages: number) {
    this.states = new Uint8Array(messages);
    this.arrived = new Uint8Array(messages);
  }

  /** Accepts a batch, unless the second has had its messages. */
  accept(indices: readonly number[], at: number): boolean {
    const number = Math.floor(at / 1_000);
    if (number !== this.#second.number) this.#second = { number, messages: 0 };
    if (this.#second.messages + indices.length > queueMessagesPerSecond) return false;
    this.#second.messages += indices.length;
    for (const index of indices) this.arrived[index] = (this.arrived[index] ?? 0) + 1;
    return true;
  }
}

/** Returns the key of a message in the ledger. */
export function keyOf(index: number): string {
  return String(index).padStart(22, "0");
}

/**
 * A model of the producer Worker and the queues behind it, as a transport: the answers of `src/producer/worker.js`, without its
 * checks. It shares no code with the client.
 */
export class SimulatedService implements Transport {
  readonly counts = { requests: 0, lost: 0, resets: 0, overloaded: 0 };
  readonly #clock: VirtualClock;
  readonly #model: ServiceModel;
  readonly #random: Random;
  readonly #queues: ReadonlyMap<string, QueueModel>;

  constructor(clock: VirtualClock, model: ServiceModel, random: Random, queues: readonly string[], messages: number) {
    this.#clock = clock;
    this.#model = model;
    this.#random = random;
    this.#queues = new Map(queues.map((name) => [name, new QueueModel(messages)]));
  }

  /** How often the queue has each message. */
  arrived(queue: string): Uint8Array {
    return this.#queue(queue).arrived;
  }

  async send({ url, body = "" }: TransportRequest): Promise<TransportResult> {
    const { counts } = this;
    const { latencyMs, objectMs, lost, resets } = this.#model;
    counts.requests += 1;
    const queue = this.#queue(url.pathname.split("/")[3] ?? "");
    const [least, most] = latencyMs;
    const wayMs = (least + this.#fraction() * (most - least)) / 2;
    const fate = this.#fraction();
    if (fate < lost) counts.lost += 1;
    await this.#clock.sleep(wayMs);
    if (fate < lost / 2) return this.#lose(wayMs);
    if (this.#fraction() < resets) {
      counts.resets += 1;
      queue.generation += 1;
    }
    queue.busyUntil = Math.max(queue.busyUntil, this.#clock.exact) + objectMs;
    const answer = await this.#push(queue, body);
    if (fate < lost) return this.#lose(wayMs);
    await this.#clock.sleep(wayMs);
    const [status, text] = answer === undefined ? [500, "error code: 1101"] : [200, JSON.stringify(answer)];
    return { kind: "answer", status, headers: {}, text, complete: true };
  }

  async close(): Promise<void> {}

  /** @returns undefined if the object was reset meanwhile */
  async #push(queue: QueueModel, body: string): Promise<PushAnswer | undefined> {
    const { generation } = queue;
    await this.#clock.sleep(queue.busyUntil - this.#clock.exact);
    const { keys, resend_in_doubt } = JSON.parse(body.slice(0, body.indexOf("\n"))) as {
      keys: string[];
      resend_in_doubt: boolean;
    };
    const indices = keys.map(Number);
    const stateOf = (index: number) => queue.states[index] ?? states.unseen;
    const sent = indices.filter((index) => {
      const state = stateOf(index);
      return state === states.unseen || (resend_in_doubt && state === states.inDoubt);
    });
    const repeated = indices.filter((index) => (stateOf(index) & 1) === 1).length;
    let isAccepted = true;
    if (sent.length > 0) {
      await this.#clock.sleep(this.#model.queueMs);
      if (generation !== queue.generation) {
        // The intent was on disk; the queue has the batch, or has not.
        if (this.#fraction() < 0.5) queue.accept(sent, this.#clock.exact);
        for (const index of sent) if (stateOf(index) === states.unseen) queue.states[index] = states.inDoubt;
        return undefined;
      }
      isAccepted = queue.accept(sent, this.#clock.exact);
      if (!isAccepted) this.counts.overloaded += 1;
    }
    if (isAccepted) {
      for (const index of sent) {
        queue.states[index] = stateOf(index) === states.inDoubt ? states.acceptedPossibleDuplicate : states.accepted;
      }
    }
    const having = (state: number) => keys.filter((_, at) => stateOf(indices[at] ?? 0) === state);
    const inDoubt = having(states.inDoubt);
    return {
      version: 1,
      ledger: "simulated",
      state: isAccepted ? (inDoubt.length > 0 ? "in_doubt" : "accepted") : "refused",
      code: isAccepted ? null : 10250,
      message: null,
      repeated,
      in_doubt: inDoubt,
      possible_duplicates: having(states.acceptedPossibleDuplicate),
      metrics: null,
    };
  }

  async #lose(ms: number): Promise<TransportResult> {
    await this.#clock.sleep(ms);
    return { kind: "lost", failure: createFailure("unknown_outcome", "the connection was lost", "Run it again.") };
  }

  /** Returns a random number from 0 to 1. */
  #fraction(): number {
    return this.#random.int(2 ** 32) / 2 ** 32;
  }

  #queue(name: string): QueueModel {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    return queue;
  }
}
