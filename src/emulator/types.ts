import type { Variants } from "./api/call.ts";
import type { RateLimits } from "./api/rate-limit.ts";
import type { Allowances } from "./broker/allowance.ts";
import type { QueueSetup } from "./broker/broker.ts";
import type { ContentType, MessageState } from "./broker/types.ts";
import type { Clock } from "./clock.ts";
import type { WorkerOptions } from "./consumers/spec.ts";
import type { Print } from "./consumers/types.ts";
import type { StatusOverrides } from "./errors.ts";
import type { FaultMatch, Faults, When } from "./faults.ts";
import type { RequestRecord } from "./traffic.ts";

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
  /** Seconds that pass in one real second, where no `clock` is given. Default 1. */
  readonly speed?: number;
  /** A SQLite file that keeps queues and messages from one run to the next. Default: memory alone. */
  readonly persist?: string;
  /** Default true: as in production. */
  readonly rateLimit?: boolean | Partial<RateLimits>;
  /** What the queues take. Default: a paid plan's; without `rateLimit` a queue takes any number of messages a second. */
  readonly allowances?: Partial<Allowances>;
  /** The free plan's operations a day and retention. */
  readonly freePlan?: boolean;
  /** Where sources contradict each other. */
  readonly variants?: Partial<Variants>;
  readonly statuses?: StatusOverrides;
  /** Workers that consume queues, in a real runtime. They need the package miniflare. */
  readonly workers?: readonly WorkerOptions[];
  /** Names of queues whose consumer runs under `wrangler dev`. Needs the package miniflare too. */
  readonly wranglerDev?: readonly string[];
  /** Gets what consumers print, and what becomes of their batches. Default: nobody. */
  readonly print?: Print;
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
  /** In order of creation. */
  queueNames(): string[];
  /** Ids by name. @throws Error when there is no such queue, as all that take a name or an id */
  queueId(name: string): string;
  /** In order of arrival. */
  messages(queue: string): MessageView[];
  /** @returns its id */
  createQueue(setup: QueueSetup): string;
  deleteQueue(queue: string): void;
  /** The next request that is dealt with and passes; its answer leaves afterwards. */
  nextRequest(predicate?: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  /** Resolves once no request is under way: what its caller has given up may still have its effect. */
  idle(): Promise<void>;
  /** Stop the next matching request, before or after it has its effect. */
  hold(match: FaultMatch, when: When): Hold;
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}
