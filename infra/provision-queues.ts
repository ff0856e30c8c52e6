import type { CreatedQueue } from "../src/config/created-queue.ts";
import type { Settings } from "../src/config/settings.ts";
import { importQueueResource } from "./pulumi-internals/cloudflare-resources.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** A queue that manifests can be pushed to. Its id is unknown in the preview of the run that creates it. */
export interface ProvisionedQueue {
  readonly accountId: string;
  readonly queueId: pulumi.Input<string>;
  /** The queue's name in the account; undefined if it is only known to the API. */
  readonly queueName: pulumi.Input<string> | undefined;
}

/**
 * Resolves the id of every configured queue. Existing queues have it in the configuration; the others are registered with
 * `@pulumi/cloudflare`.
 */
export async function provisionQueues(
  settings: Settings,
  accountId: string,
): Promise<ReadonlyMap<string, ProvisionedQueue>> {
  const targets = new Map<string, ProvisionedQueue>();
  for (const [name, queue] of settings.queues) {
    const { queueId, queueName } =
      queue.kind === "existing"
        ? { queueId: queue.id, queueName: queue.name }
        : await createQueue(name, accountId, queue);
    targets.set(name, { accountId, queueId, queueName });
  }
  return targets;
}

async function createQueue(
  name: string,
  accountId: string,
  { name: written, settings, jurisdiction, protect, adopt }: CreatedQueue,
): Promise<{ readonly queueId: pulumi.Output<string>; readonly queueName: pulumi.Output<string> }> {
  const Queue = await importQueueResource();
  // Pulumi imports a queue and then updates it to match the inputs. Without settings, the queue keeps its own.
  const asked = adopt !== undefined && Object.keys(settings).length === 0 ? {} : { settings: { ...settings } };
  return new Queue(
    name,
    {
      accountId,
      queueName: written.replaceAll("${stack}", pulumi.getStack()),
      ...asked,
      ...(jurisdiction !== undefined && { jurisdiction }),
    },
    { protect, ...(adopt !== undefined && { import: `${accountId}/${adopt}` }) },
  );
}
