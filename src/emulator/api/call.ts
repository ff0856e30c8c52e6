import type { Broker, Queue } from "../broker/broker.ts";
import type { ApiRequest } from "./http.ts";

/** Answers that the sources describe differently: the default is the first, the newest and strictest. */
export interface Variants {
  /** What a push returns as `result`: metrics, or null as before April 2026, or no `result` at all. */
  readonly pushResult: "metrics" | "null" | "success-only";
  /** Longest delay in seconds: 86,400, or 43,200 as older pages say. */
  readonly maxDelaySeconds: number;
}

/** What a route's function gets. `Q` is Queue where the path names one. */
export interface Call<Q extends Queue | undefined = Queue | undefined> {
  readonly broker: Broker;
  readonly queue: Q;
  readonly request: ApiRequest;
  readonly variants: Variants;
}
