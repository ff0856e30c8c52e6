export { type Client, type ClientOptions, createClient, requestDeadlineMs } from "./client.ts";
export { isAccountLimit } from "./codes.ts";
export { type ConfigurationCode, ConfigurationError } from "./configuration.ts";
export { Credentials, credentialsFrom, type Sources } from "./credentials.ts";
export { type Address, type AddressSources, addressFrom, baseUrlFrom, isLoopback } from "./endpoint.ts";
export { noRate } from "./rate.ts";
export type { Failure, PushAnswer, QueueInfo, RateInfo, ReadAnswer, Retry } from "./types.ts";
