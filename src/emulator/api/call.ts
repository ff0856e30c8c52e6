import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import type { ApiRequest } from "./http.ts";

/** Answers that the sources describe differently: the default is the first, the newest and strictest. */
export interface Variants {
  /** What a push returns as `result`: metrics, or null as before April 2026, or no `result` at all. */
  readonly pushResult: "metrics" | "null" | "success-only";
  /** How a pull returns the body of a JSON message: base64 as documented, or plain as some report. */
  readonly pullJson: "base64" | "plain";
  /** Longest delay in seconds: 86,400, or 43,200 as older pages say. */
  readonly maxDelaySeconds: number;
  /** What becomes of an acknowledgement after its lease, of a message that nobody has leased since. */
  readonly lateAck: "accepted" | "refused";
  /** Whether pulls and acknowledgements count for the rate limits: not since April 2025, which the newest page leaves out. */
  readonly countPulls: boolean;
}

/** What a route's function gets. */
export interface Call {
  readonly broker: Broker;
  readonly request: ApiRequest;
  readonly variants: Variants;
}

/** A call whose path names a queue. */
export interface QueueCall extends Call {
  readonly queue: Queue;
}

/** A call whose path names a queue's consumer, which need not exist. */
export interface ConsumerCall extends QueueCall {
  readonly consumerId: string;
}

/** A call whose path names a Worker. */
export interface ScriptCall extends Call {
  readonly scriptName: string;
}

/** A call whose path names a subscription, which need not exist. */
export interface SubscriptionCall extends Call {
  readonly subscriptionId: string;
}
