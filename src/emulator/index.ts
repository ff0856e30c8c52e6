import { randomUUID } from "node:crypto";
import type { Variants } from "./api/call.ts";
import type { Api } from "./api/handler.ts";
import { RateLimiter, type RateLimits } from "./api/rate-limit.ts";
import { stateOf } from "./broker/backlog.ts";
import { Broker, type QueueSetup, stableQueueId } from "./broker/broker.ts";
import type { ContentType, MessageState, Queue } from "./broker/types.ts";
import { type Clock, systemClock } from "./clock.ts";
import { defaults } from "./defaults.ts";
import type { StatusOverrides } from "./errors.ts";
import { type FaultMatch, Faults, type When } from "./faults.ts";
import { limits } from "./limits.ts";
import { listen } from "./server.ts";
import { type RequestRecord, Traffic } from "./traffic.ts";

export type { QueueSetup } from "./broker/broker.ts";
export { type Clock, type ManualClock, manualClock, systemClock } from "./clock.ts";
export type { Fault, FaultEffect, FaultMatch, Faults, When } from "./faults.ts";
export type { RequestRecord } from "./traffic.ts";

export interface EmulatorOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Host names besides the loopback ones and `host` under which it may be called. */
  readonly allowedHosts?: readonly string[];
  /** Default: a random one. */
  readonly token?: string;
  /** A token that may look and change nothing. Default: none. */
  readonly readToken?: string;
  /** The older credentials. Default: none, so that scheme is refused. */
  readonly email?: string;
  readonly key?: string;
  /** 32 hex digits. */
  readonly account?: string;
  readonly queues?: readonly QueueSetup[];
  readonly clock?: Clock;
  /** Default true: as in production. */
  readonly rateLimit?: boolean | Partial<RateLimits>;
  /** Where sources contradict each other. */
  readonly variants?: Partial<Variants>;
  readonly statuses?: StatusOverrides;
}

/** A message as it lies in a queue. */
export interface MessageView {
  /** The text, or the value of the JSON. */
  readonly body: unknown;
  readonly contentType: ContentType;
  /** Seconds, as applied when it arrived. */
  readonly delaySeconds: number;
  /** UTF-8 bytes of the text, or of the JSON of the body. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  readonly attempts: number;
  readonly state: MessageState;
}

/** A request that waits in the emulator for the test's word. */
export interface Hold {
  /** Resolves once a request waits. */
  readonly arrived: Promise<void>;
  /** Let it, and those that come later, go on. */
  release(): void;
  /** End its connection; before acceptance, it then never had an effect. */
  drop(): void;
}

export interface Emulator extends AsyncDisposable {
  /** What CLOUDFLARE_BASE_URL is to be: `http://127.0.0.1:PORT/client/v4`. */
  readonly baseUrl: string;
  readonly port: number;
  readonly accountId: string;
  readonly token: string;
  readonly faults: Faults;
  /** What came in and is dealt with, oldest first; the last 100,000. */
  readonly requests: readonly RequestRecord[];
  /** Ids by name. @throws Error when there is no such queue, as all that take a name or an id */
  queueId(name: string): string;
  /** In order of arrival. */
  messages(queue: string): MessageView[];
  /** @returns its id */
  createQueue(setup: QueueSetup): string;
  deleteQueue(queue: string): void;
  /** The next request that is dealt with and passes; its answer leaves afterwards. */
  nextRequest(predicate?: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  /** Stop the next matching request, before or after it has its effect. */
  hold(match: FaultMatch, when: When): Hold;
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}

/** Start a Queues API of its own on this machine. @throws the system's error when it cannot listen */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = defaults.host, allowedHosts = [], account = defaults.account, rateLimit = true } = options;
  const clock = options.clock ?? systemClock;
  const token = options.token ?? randomUUID();
  const broker = new Broker(clock);
  for (const setup of options.queues ?? []) broker.create(withId(setup));
  const api: Api = {
    broker,
    accountId: account,
    credentials: { token, readToken: options.readToken, email: options.email, key: options.key },
    rateLimiter: rateLimit === false ? undefined : new RateLimiter(clock, rateLimit === true ? {} : rateLimit),
    variants: { pushResult: "metrics", pullJson: "base64", maxDelaySeconds: limits.delaySeconds, ...options.variants },
    statuses: options.statuses ?? {},
  };
  const faults = new Faults();
  const traffic = new Traffic(api, faults);
  const { server, port: actualPort } = await listen({
    host,
    port,
    allowedHosts,
    handle: (request) => traffic.handle(request),
  });

  const find = (nameOrId: string): Queue => {
    const queue = broker.byName(nameOrId) ?? broker.byId(nameOrId);
    if (queue === undefined) throw new Error(`The emulator has no queue ${nameOrId}.`);
    return queue;
  };
  const close = async (): Promise<void> => {
    traffic.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}/client/v4`,
    port: actualPort,
    accountId: account,
    token,
    faults,
    requests: traffic.requests,
    queueId: (name) => find(name).id,
    messages: (queue) => {
      const { backlog } = find(queue);
      broker.settle();
      return [...backlog.all()].map((message) => ({
        body: message.contentType === "json" ? JSON.parse(message.text) : message.text,
        contentType: message.contentType,
        delaySeconds: message.delaySeconds,
        bytes: message.bytes,
        arrivedAt: message.arrivedAt,
        attempts: message.attempts,
        state: stateOf(message, clock.now()),
      }));
    },
    createQueue: (setup) => broker.create(withId(setup)).id,
    deleteQueue: (queue) => broker.delete(find(queue)),
    nextRequest: (predicate = () => true) =>
      new Promise((resolve) => {
        const stop = traffic.listen((record) => {
          if (!predicate(record)) return;
          stop();
          resolve(record);
        });
      }),
    hold: (match, when) => {
      const arrived = Promise.withResolvers<void>();
      const verdict = Promise.withResolvers<"go" | "drop">();
      const gate = () => {
        arrived.resolve();
        return verdict.promise;
      };
      faults.add({ match, effect: { kind: "hold", when, gate }, times: 1 });
      return {
        arrived: arrived.promise,
        release: () => verdict.resolve("go"),
        drop: () => verdict.resolve("drop"),
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function withId(setup: QueueSetup): QueueSetup {
  return { id: stableQueueId(setup.name), ...setup };
}
