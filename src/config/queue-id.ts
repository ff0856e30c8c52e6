/** Pattern of account ids and queue ids. */
export const idPattern = /^[0-9A-Za-z_-]{1,32}$/;

export const idHint = "Take `queue_id` from `wrangler queues info`, and put it in quotes.";

export function isId(value: unknown): value is string {
  return typeof value === "string" && idPattern.test(value);
}
