/** The waits before retries, in milliseconds. Each is twice as long as the one before it, up to a maximum. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Computes the maximum wait in milliseconds before a retry. A caller whose requests may fail together draws a random part of it
 * ("full jitter"), so that they are not retried together.
 *
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures the number of failed attempts, from 1
 */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1));
}
