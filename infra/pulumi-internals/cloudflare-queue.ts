/**
 * Imports the `Queue` resource of `@pulumi/cloudflare` from its own module, on demand. The package's index loads the resources of
 * every Cloudflare product, which takes a second; a program that creates no queue loads neither.
 */
export async function importQueueResource() {
  return (await import("@pulumi/cloudflare/queue.js")).Queue;
}
