import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import type { ApiRequest } from "./http.ts";

/** Behavior that sources describe differently. The defaults are the first values, the newest and strictest ones. */
export interface ApiVariants {
  /** The `result` of a push: metrics, null as before April 2026, or no `result` at all. */
  readonly pushResult: "metrics" | "null" | "success-only";
  /** How a pull returns the body of a JSON message: in base64 as documented, or plain as some users report. */
  readonly pullJson: "base64" | "plain";
  /** Maximum delay in seconds: 86,400, or 43,200 according to older pages. */
  readonly maxDelaySeconds: number;
  /** Whether an acknowledgement after the end of its lease is accepted, if the message was not leased again. */
  readonly lateAck: "accepted" | "refused";
  /** Whether pulls and acknowledgements count towards the rate limits: not since April 2025, which the newest page omits. */
  readonly countPulls: boolean;
}

/** The arguments of a route's function. */
export interface Call {
  readonly broker: Broker;
  readonly request: ApiRequest;
  readonly variants: ApiVariants;
}

/** A call with a queue in its path. */
export interface QueueCall extends Call {
  readonly queue: Queue;
}

/** A call with a queue's consumer in its path, which may not exist. */
export interface ConsumerCall extends QueueCall {
  readonly consumerId: string;
}

/** A call with a Worker in its path. */
export interface ScriptCall extends Call {
  readonly scriptName: string;
}

/** A call with a subscription in its path, which may not exist. */
export interface SubscriptionCall extends Call {
  readonly subscriptionId: string;
}
