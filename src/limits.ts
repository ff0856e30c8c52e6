/**
 * What the Cloudflare Queues API takes, as the planner counts it. Sizes are UTF-8 bytes of the text, or of the JSON of
 * the body; KB = 1000 bytes. Each cap keeps a margin below the documented limit, because the API adds metadata of about
 * 100 bytes to each message. The emulator keeps limits of its own and must not import these.
 *
 * Source: https://developers.cloudflare.com/queues/platform/limits/
 */
export const limits = {
  /** Bytes of one message's body. Documented: 128 KB, metadata included. */
  messageBytes: 127_900,
  /** Messages in one request. */
  batchMessages: 100,
  /** Bytes of one request's bodies, each with `messageOverheadBytes`. Documented: 256 KB. */
  batchBytes: 256_000,
  /** Bytes of metadata counted in for each message. */
  messageOverheadBytes: 100,
  /** Seconds. Older pages say 43,200; the API takes 24 hours since 2025. */
  delaySeconds: 86_400,
} as const satisfies Record<string, number>;
