/**
 * What Cloudflare counts and charges: one operation for each started 64,000 bytes of a message, for each write, read and delete.
 *
 * Source: https://developers.cloudflare.com/queues/platform/pricing/
 */
export const prices = {
  asOf: "August 2026",
  operationBytes: 64_000,
  /** Bytes of metadata that are added to each message. */
  metadataBytes: 100,
  /** The operations of a message: write, read and delete. */
  operationsOfLife: 3,
  /** Operations per month that the paid plan includes. */
  included: 1_000_000,
  usdPerMillion: 0.4,
} as const;

/** The formula as text, to verify the figures. */
export const pricingFormula =
  `ceil((bytes + ${prices.metadataBytes}) / ${prices.operationBytes}) operations per message to write it, ` +
  `${prices.operationsOfLife} times that over its life; US$ ${prices.usdPerMillion.toFixed(2)} per million, ` +
  `${prices.included / 1_000_000} million per month included`;

/** Computes the operations to write a message. @param bytes of its body, as the API counts them */
export function countWriteOperations(bytes: number): number {
  return Math.ceil((bytes + prices.metadataBytes) / prices.operationBytes);
}

/** Computes the price of operations in US$, beyond the month's included ones. */
export function estimateCost(operations: number): number {
  return (operations * prices.usdPerMillion) / 1_000_000;
}

/**
 * What Cloudflare charges for a push through the producer Worker, in addition to the operations of the queue: a request to the
 * Worker and one to its Durable Object for each batch, and the rows that the object writes to its ledger. The paid plan includes
 * 10 million requests, 1 million object requests and 50 million rows per month; reads and storage cost less than a cent.
 *
 * Sources: https://developers.cloudflare.com/workers/platform/pricing/ and
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 */
const workerPrices = {
  usdPerMillionRequests: 0.3 + 0.15,
  usdPerMillionRows: 1,
  /** Rows for a batch in addition to one for each message: its intent, written and deleted. */
  rowsOfBatch: 2,
} as const;

/** Computes the price in US$ of a push through the Worker, beyond the month's included requests and rows. */
export function estimateWorkerCost({
  messages,
  requests,
}: {
  readonly messages: number;
  readonly requests: number;
}): number {
  const { usdPerMillionRequests, usdPerMillionRows, rowsOfBatch } = workerPrices;
  const rows = messages + requests * rowsOfBatch;
  return (requests * usdPerMillionRequests + rows * usdPerMillionRows) / 1_000_000;
}
