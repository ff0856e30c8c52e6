/**
 * The limits of the Cloudflare Queues API for the planner. Sizes are UTF-8 bytes of the text, or of the JSON of the body;
 * KB = 1000 bytes. Each limit keeps a margin below the documented one, because the API adds about 100 bytes of metadata to each
 * message. The emulator has its own limits and must not import these.
 *
 * Source: https://developers.cloudflare.com/queues/platform/limits/
 */
export const limits = {
  /** Bytes of one message's body. Documented: 128 KB, including metadata. */
  messageBytes: 127_900,
  /** Messages in one request. */
  batchMessages: 100,
  /** Bytes of one request's bodies, each with `messageOverheadBytes`. Documented: 256 KB. */
  batchBytes: 256_000,
  /** Bytes of metadata that are added to each message. */
  messageOverheadBytes: 100,
  /** Maximum delay in seconds: 24 hours since 2025; older pages have 43,200. */
  delaySeconds: 86_400,
} as const satisfies Record<string, number>;
