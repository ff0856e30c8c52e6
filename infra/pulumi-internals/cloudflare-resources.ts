/**
 * Imports resources of `@pulumi/cloudflare` from their own modules, on demand. The package's index loads the resources of every
 * Cloudflare product, which takes a second; a program that creates no queue and no Worker loads none.
 */
export async function importQueueResource() {
  return (await import("@pulumi/cloudflare/queue.js")).Queue;
}

export async function importWorkerResources() {
  const [{ Worker }, { WorkerVersion }] = await Promise.all([
    import("@pulumi/cloudflare/worker.js"),
    import("@pulumi/cloudflare/workerVersion.js"),
  ]);
  return { Worker, WorkerVersion };
}

export async function importGetQueue() {
  return (await import("@pulumi/cloudflare/getQueue.js")).getQueue;
}
