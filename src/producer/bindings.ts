/**
 * Returns the name of the Worker's binding for a queue: `QUEUE_` and the queue's name with `_` for each `-`. The names of
 * queues contain no `_`, so the Worker can reverse this.
 */
export function bindingName(queue: string): string {
  return `QUEUE_${queue.replaceAll("-", "_")}`;
}

/** The Worker's other bindings. */
export const bindings = {
  /** plain_text: the public key, see `./keys.ts`. */
  publicKey: "PUBLIC_KEY",
  /** plain_text, optional: the digest of the Worker's code, which `hello` returns. */
  codeDigest: "CODE_DIGEST",
  /** durable_object_namespace of the class {@link ledgerClass}, with SQLite storage. */
  ledger: "LEDGER",
} as const;

export const ledgerClass = "Ledger";

/** The Worker needs this compatibility date or a later one: error messages of queues contain the code since then. */
export const compatibilityDate = "2026-03-12";
