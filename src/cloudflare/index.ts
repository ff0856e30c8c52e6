export type { AccountQueue } from "./account-queue.ts";
export { type ErrorConcern, findConcern, isAccountLimit } from "./api-error-policies.ts";
export { type ClientOptions, requestDeadlineMs } from "./caller.ts";
export { type Client, createClient } from "./client.ts";
export { ConfigError, type ConfigErrorCode } from "./config-error.ts";
export { type ConsumerClient, createConsumerClient, maxDelivered } from "./consumer-client.ts";
export { type CredentialSources, Credentials, loadCredentials } from "./credentials.ts";
export type { Acknowledged, DeliveredMessage, Pulled, PulledMessage } from "./delivered-messages.ts";
export { type Endpoint, type EndpointSources, isLoopback, resolveBaseUrl, resolveEndpoint } from "./endpoint.ts";
export {
  createProducerClient,
  type LedgerAnswers,
  type ProducerClient,
  type ProducerTarget,
} from "./producer/client.ts";
export { describeRejection } from "./producer/describe-failure.ts";
export type { ProducerAnswer } from "./producer/parse-answer.ts";
export { createSegmentClient, type SegmentClient } from "./producer/segment-client.ts";
export { type ProducerClock, workerConnections } from "./producer/send-requests.ts";
export { noRateLimitHeaders } from "./rate-limit-headers.ts";
export type { Failure, PushResult, QueueInfo, RateLimitHeaders, ReadResult, RetryClass } from "./types.ts";
