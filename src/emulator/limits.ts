/**
 * The API's limits, as the emulator enforces them. They are copied from Cloudflare's documentation and not shared with the
 * planner, which would then have the same mistakes.
 *
 * Sizes are UTF-8 bytes of the text, or of the JSON of the body; KB = 1000 bytes. Times are in seconds unless noted.
 *
 * Sources: https://developers.cloudflare.com/queues/platform/limits/,
 * https://developers.cloudflare.com/queues/reference/error-codes/,
 * https://developers.cloudflare.com/fundamentals/api/reference/limits/
 */
export const limits = {
  /** Bytes of a message with its metadata: 128 KB. */
  messageBytes: 128_000,
  /** Bytes of all messages of a request with their metadata: 256 KB. */
  batchBytes: 256_000,
  /** Bytes of metadata that the API adds to each message ("about 100 bytes"). */
  metadataBytes: 100,
  batchMessages: 100,
  /** Maximum delay of a message, a batch or a queue: 24 hours. */
  delaySeconds: 86_400,
  retentionSeconds: { min: 60, max: 1_209_600, default: 345_600 },
  /** Messages that a pull or a peek returns. */
  pullMessages: { max: 100, default: 5 },
  visibilityMs: { max: 43_200_000, default: 30_000 },
  maxRetries: { max: 100, default: 3 },
  queueNameLength: 63,
  /** Bytes that a queue can store: 25 GB. */
  queueBytes: 25_000_000_000,
  /** Messages that a queue accepts per second. */
  queueMessagesPerSecond: 5_000,
  /** Bytes that one operation reads, writes or deletes. */
  operationBytes: 64_000,
  /** The free plan: operations per day, and the retention. */
  free: { dailyOperations: 10_000, retentionSeconds: 86_400 },
  /**
   * Bytes of a whole HTTP request. Not documented: this is the largest batch with every byte escaped as `\u0000`, and room
   * for the envelope.
   */
  requestBytes: 2_000_000,
  /**
   * Nesting levels of JSON in a request. Not documented: this is far more than any program needs, and far below the depth
   * at which JSON.stringify fails, so that everything stored can be returned.
   */
  jsonDepth: 1_000,
  /** Items on a page of a list. */
  pageSize: { max: 1_000, default: 20 },
} as const;

/** The account's request limit, a window followed by a block, and the limit of an IP address, without a block. */
export const rateLimits = {
  requests: 1_200,
  windowSeconds: 300,
  blockSeconds: 300,
  requestsPerSecondPerAddress: 200,
} as const;
