import type { ApiVariants } from "./api/call.ts";
import type { RateLimits } from "./api/rate-limit.ts";
import type { QueueSetup } from "./broker/broker.ts";
import type { QueueLimits } from "./broker/queue-limits.ts";
import type { ContentType, MessageState } from "./broker/types.ts";
import type { Clock } from "./clock.ts";
import type { Print } from "./consumers/types.ts";
import type { WorkerOptions } from "./consumers/worker-option.ts";
import type { StatusOverrides } from "./errors.ts";
import type { FaultMatch, Faults, When } from "./faults.ts";
import type { Producer, ProducerOptions } from "./producer/start-producer.ts";
import type { RequestRecord } from "./request-pipeline.ts";

export interface EmulatorOptions {
  /** Default 0, which picks a free port. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Host headers to accept in addition to the loopback names and `host`. */
  readonly allowedHosts?: readonly string[];
  /** The API token. Default: a random one. */
  readonly token?: string;
  /** A read-only API token. Default: none. */
  readonly readToken?: string;
  /** The email of the older credentials. Default: none, so that scheme is refused. */
  readonly email?: string;
  readonly key?: string;
  /** The account id, 32 hex digits. */
  readonly account?: string;
  readonly queues?: readonly QueueSetup[];
  readonly clock?: Clock;
  /** Clock speed multiplier, if no `clock` is passed. Default 1. */
  readonly speed?: number;
  /** A SQLite file that keeps queues and messages between runs. Default: only in memory. */
  readonly persist?: string;
  /** The request limits. Default true, as in production. */
  readonly rateLimit?: boolean | Partial<RateLimits>;
  /** What the queues accept. Default: a paid plan; without `rateLimit`, any number of messages per second. */
  readonly queueLimits?: Partial<QueueLimits>;
  /** Whether to apply the free plan's daily operations and retention. */
  readonly freePlan?: boolean;
  /** The behavior where sources about the API contradict each other. */
  readonly variants?: Partial<ApiVariants>;
  readonly statuses?: StatusOverrides;
  /** Workers that consume queues, in workerd. Needs the package miniflare. */
  readonly workers?: readonly WorkerOptions[];
  /** The names of queues whose consumer runs under `wrangler dev`. Needs the package miniflare. */
  readonly wranglerDev?: readonly string[];
  /** Runs the producer Worker, in workerd, with bindings of the queues above. Needs the package miniflare. Default: none. */
  readonly producer?: ProducerOptions;
  /** Receives the output of Workers and the results of consumers' batches. Default: none. */
  readonly print?: Print;
}

/** A message in a queue. */
export interface MessageView {
  /** The text, or the parsed JSON value. */
  readonly body: unknown;
  readonly contentType: ContentType;
  /** The delay in seconds that was applied when the message arrived. */
  readonly delaySeconds: number;
  /** UTF-8 bytes of the text, or of the JSON of the body. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  readonly attempts: number;
  readonly state: MessageState;
}

/** A request that the emulator holds until the test releases it. */
export interface Hold {
  /** Resolves when a request is held. */
  readonly arrived: Promise<void>;
  /** Releases this request and later ones. */
  release(): void;
  /** Closes its connection; if held before acceptance, the request has no effect. */
  drop(): void;
}

export interface Emulator extends AsyncDisposable {
  /** The value for CLOUDFLARE_BASE_URL: `http://127.0.0.1:PORT/client/v4`. */
  readonly baseUrl: string;
  readonly port: number;
  readonly accountId: string;
  readonly token: string;
  readonly faults: Faults;
  /** undefined without the option. */
  readonly producer: Producer | undefined;
  /** The last 100,000 processed requests, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Returns the names of the queues in order of creation. */
  queueNames(): string[];
  /** Returns the id of a queue. @throws Error if it does not exist, like all methods with a name or an id */
  queueId(name: string): string;
  /** Returns the messages of a queue in order of arrival. */
  messages(queue: string): MessageView[];
  /** Creates a queue. @returns its id */
  createQueue(setup: QueueSetup): string;
  deleteQueue(queue: string): void;
  /** Resolves with the next processed request that satisfies the predicate, before its answer is sent. */
  nextRequest(predicate?: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  /** Resolves when no request is in flight; one that its caller abandoned may still have its effect. */
  idle(): Promise<void>;
  /** Holds the next matching request, before or after it has its effect. */
  hold(match: FaultMatch, when: When): Hold;
  /** Stops at once, and closes open connections. */
  close(): Promise<void>;
}
