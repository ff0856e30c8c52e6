import { loadMiniflare, type MiniflareInstance, type MiniflarePackage, startMiniflare } from "./optional-packages.ts";
import { type Print, type Receiver, UndeliveredError } from "./types.ts";

/** The name of the binding that messages are sent through. */
const binding = "QUEUE";
/** miniflare's level DEBUG, the only one at which it reports dropped messages. */
const debugLevel = 4;
/** The start of its log lines about messages that it did not deliver. */
const disconnectMessages = /^(?:Dropped|Failed to forward) message on queue/;

/** The dev registry: an entry for each Worker that runs under `wrangler dev`. */
type Registry = Readonly<Record<string, { readonly queueConsumers?: readonly string[] }>>;

/**
 * Connects to the consumer of a queue under `wrangler dev`, in another process and unmodified: a producer in miniflare finds
 * it through wrangler's registry of local processes. wrangler handles its batches, retries and dead letters.
 *
 * @param onReady called when a consumer may have started or stopped
 */
export async function connectToWrangler(queue: string, print: Print, onReady: () => void): Promise<Receiver> {
  const miniflarePackage = loadMiniflare("--wrangler-dev");
  let there = false;
  let lost: string | undefined;
  let refused = false;
  const options = {
    name: `queue-seeder-${queue}`,
    host: "127.0.0.1",
    port: 0,
    cf: false,
    compatibilityDate: "2026-01-01",
    modules: [{ type: "ESModule", path: "/producer.js", contents: "export default {};" }],
    modulesRoot: "/",
    queueProducers: { [binding]: { queueName: queue } },
    unsafeDevRegistryPath: process.env.WRANGLER_REGISTRY_PATH ?? miniflarePackage.getDefaultDevRegistryPath?.(),
    unsafeHandleDevRegistryUpdate: (registry: Registry) => {
      const now = Object.values(registry).some(({ queueConsumers }) => queueConsumers?.includes(queue));
      if (now !== there) {
        print({ queue, level: "info", text: now ? "wrangler dev consumes this queue" : "wrangler dev has stopped" });
      }
      there = now;
      onReady();
    },
    log: listeningLog(miniflarePackage, (text) => {
      if (disconnectMessages.test(text)) lost = text;
    }),
  };
  const miniflare = await startMiniflare(miniflarePackage, options);
  return {
    done: "handed over",
    ready: () => there,
    deliver: async (name, batch) => {
      lost = undefined;
      await send(
        miniflare,
        batch.map(({ message }) => message),
      );
      if (lost !== undefined) {
        // Only once, not on each retry.
        if (!refused)
          print({
            queue: name,
            level: "warn",
            text: "wrangler dev does not accept the messages; they stay in the queue",
          });
        refused = true;
        throw new UndeliveredError(lost);
      }
      refused = false;
      return { acks: batch.map((_, index) => index), retries: [] };
    },
    close: () => miniflare.dispose(),
  };
}

async function send(
  miniflare: MiniflareInstance,
  messages: readonly { readonly text: string; readonly contentType: "json" | "text" }[],
): Promise<void> {
  const producer = await miniflare.getQueueProducer(binding);
  try {
    await producer.sendBatch(
      messages.map(({ text, contentType }) => ({
        body: contentType === "json" ? JSON.parse(text) : text,
        contentType,
      })),
    );
  } catch (error) {
    throw new UndeliveredError("the batch was refused", { cause: error });
  }
}

/** Finds undelivered messages: miniflare only reports them in its log, and the call succeeds. */
function listeningLog({ Log }: MiniflarePackage, listen: (text: string) => void): object {
  return new (class extends (Log as new (level: number) => { logWithLevel(level: number, text: string): void }) {
    constructor() {
      super(debugLevel);
    }

    override logWithLevel(_level: number, text: string): void {
      listen(text);
    }
  })();
}
