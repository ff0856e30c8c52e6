/**
 * What the API takes, as its judge counts it. These are the emulator's own figures, written from Cloudflare's pages and
 * never from the planner's: two sides that share a table share its mistakes.
 *
 * Sizes are UTF-8 bytes of the text, or of the JSON of the body; KB = 1000 bytes. Times are seconds unless named.
 *
 * Sources: https://developers.cloudflare.com/queues/platform/limits/,
 * https://developers.cloudflare.com/queues/reference/error-codes/,
 * https://developers.cloudflare.com/fundamentals/api/reference/limits/
 */
export const limits = {
  /** A message with its metadata: 128 KB. */
  messageBytes: 128_000,
  /** All messages of a request with their metadata: 256 KB. */
  batchBytes: 256_000,
  /** What the API adds to each message ("about 100 bytes"). */
  metadataBytes: 100,
  batchMessages: 100,
  /** Delay of a message, a batch or a queue: 24 hours. */
  delaySeconds: 86_400,
  retentionSeconds: { min: 60, max: 1_209_600, default: 345_600 },
  /** Messages that a pull or a peek returns. */
  pullMessages: { max: 100, default: 5 },
  visibilityMs: { max: 43_200_000, default: 30_000 },
  maxRetries: { max: 100, default: 3 },
  queueNameLength: 63,
  /** Bytes that a queue holds: 25 GB. */
  queueBytes: 25_000_000_000,
  /** Messages that a queue takes in a second. */
  queueMessagesPerSecond: 5_000,
  /** What one operation reads, writes or deletes. */
  operationBytes: 64_000,
  /** Of the free plan: operations in a day, and how long messages are kept. */
  free: { dailyOperations: 10_000, retentionSeconds: 86_400 },
  /**
   * Bytes of a whole HTTP request. The API names no figure: this is the largest batch with every byte escaped as
   * `\u0000`, and room for the envelope.
   */
  requestBytes: 2_000_000,
  /**
   * Levels of JSON in a request. The API names no figure: this is far more than any program nests, and far less than
   * what JSON.stringify gives up at, so that all that is stored can be shown again.
   */
  jsonDepth: 1_000,
  /** Items on a page of a list. */
  pageSize: { max: 1_000, default: 20 },
} as const;

/** The account's request limit: one window, then a block. And the limit of an address, without a block. */
export const rateLimits = {
  requests: 1_200,
  windowSeconds: 300,
  blockSeconds: 300,
  requestsPerSecondPerAddress: 200,
} as const;
