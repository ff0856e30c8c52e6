import type * as pulumi from "@pulumi/pulumi";
import type { CreatedQueue } from "../src/config/queue-settings.ts";
import type { Settings } from "../src/config/settings.ts";
import { getStack } from "./pulumi.ts";

/** A queue that manifests can push to. The id is unknown in the preview of the run that creates the queue. */
export interface Target {
  readonly accountId: string;
  readonly queueId: pulumi.Input<string>;
}

/**
 * Makes sure of every queue that a manifest names: takes the existing ones by their id and registers the others with
 * `@pulumi/cloudflare`, which is loaded only if there are any, since it costs a second to import.
 */
export async function provisionQueues(settings: Settings, accountId: string): Promise<ReadonlyMap<string, Target>> {
  const targets = new Map<string, Target>();
  for (const [name, queue] of settings.queues) {
    const queueId = queue.kind === "existing" ? queue.id : await createQueue(name, accountId, queue);
    targets.set(name, { accountId, queueId });
  }
  return targets;
}

async function createQueue(
  name: string,
  accountId: string,
  { name: written, settings, jurisdiction, protect, adopt }: CreatedQueue,
): Promise<pulumi.Output<string>> {
  // By its own path: the package's index loads the resources of every Cloudflare product.
  const { Queue } = await import("@pulumi/cloudflare/queue.js");
  // The engine imports a queue and then makes it as it is asked for. Without settings it keeps those that it has.
  const asked = adopt !== undefined && Object.keys(settings).length === 0 ? {} : { settings: { ...settings } };
  const resource = new Queue(
    name,
    {
      accountId,
      queueName: written.replaceAll("${stack}", getStack()),
      ...asked,
      ...(jurisdiction !== undefined && { jurisdiction }),
    },
    { protect, ...(adopt !== undefined && { import: `${accountId}/${adopt}` }) },
  );
  return resource.queueId;
}
