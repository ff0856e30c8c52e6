import { loadMiniflare, type MiniflareInstance, type MiniflarePackage, startMiniflare } from "./peers.ts";
import { type Print, type Receiver, Undelivered } from "./types.ts";

/** Name of the binding under which the messages leave. */
const binding = "QUEUE";
/** miniflare's level DEBUG: it tells only there that it dropped messages. */
const debugLevel = 4;
/** So begin its words about messages that it did not hand over. */
const lossWords = /^(?:Dropped|Failed to forward) message on queue/;

/** What the dev registry says of each Worker that runs under `wrangler dev`. */
type Registry = Readonly<Record<string, { readonly queueConsumers?: readonly string[] }>>;

/**
 * The consumer of a queue under `wrangler dev`, in another process and unmodified: a producer in miniflare finds it
 * through the registry in which wrangler's processes meet. Its batches, retries and dead letters are wrangler's.
 *
 * @param wake called when a consumer may have come or gone
 */
export async function meetWrangler(queue: string, print: Print, wake: () => void): Promise<Receiver> {
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
        print({ queue, level: "info", text: now ? "wrangler dev consumes this queue" : "wrangler dev has gone" });
      }
      there = now;
      wake();
    },
    log: listeningLog(miniflarePackage, (text) => {
      if (lossWords.test(text)) lost = text;
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
        // Once, not at each of the tries that follow.
        if (!refused)
          print({ queue: name, level: "warn", text: "wrangler dev does not take what it is given; the messages stay" });
        refused = true;
        throw new Undelivered(lost);
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
    throw new Undelivered("the batch was refused", { cause: error });
  }
}

/** miniflare says of a message that nobody took in its log alone; the call succeeds all the same. */
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
