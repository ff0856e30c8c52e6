import { createHash, randomUUID } from "node:crypto";

/** Returns a random id in the API's format: 32 hex digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

/** Returns the id of a preconfigured queue, derived from its name: a stack's configuration can keep it across restarts. */
export function stableQueueId(name: string): string {
  return createHash("sha256").update(`queue ${name}`).digest("hex").slice(0, 32);
}
