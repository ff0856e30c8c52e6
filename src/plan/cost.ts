/**
 * What Cloudflare counts and charges. An operation is 64,000 bytes of a message, or a part of them, for each write, read
 * and delete.
 *
 * Source: https://developers.cloudflare.com/queues/platform/pricing/
 */
export const prices = {
  asOf: "August 2026",
  operationBytes: 64_000,
  /** Bytes of metadata that are counted in for each message. */
  metadataBytes: 100,
  /** A message is written, read and deleted. */
  operationsOfLife: 3,
  /** Of the paid plan, each month. */
  included: 1_000_000,
  usdPerMillion: 0.4,
} as const;

/** In words, for those who check the figures. */
export const pricingFormula =
  `ceil((bytes + ${prices.metadataBytes}) / ${prices.operationBytes}) operations a message to write it, ` +
  `${prices.operationsOfLife} times that over its life; US$ ${prices.usdPerMillion.toFixed(2)} a million, ` +
  `${prices.included / 1_000_000} million a month included`;

/** Operations to write a message. @param bytes of its body, as the API counts them */
export function countWriteOperations(bytes: number): number {
  return Math.ceil((bytes + prices.metadataBytes) / prices.operationBytes);
}

/** US$ for so many operations, where the month's included ones are used up. */
export function estimateCost(operations: number): number {
  return (operations * prices.usdPerMillion) / 1_000_000;
}
