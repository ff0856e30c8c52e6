import { enableCompileCache } from "../../src/compile-cache.mjs";

/**
 * The module "queue-seeder/lifecycle", which the provider stubs in the Pulumi state load; see
 * ../pulumi-internals/provider-stub.ts.
 */
enableCompileCache();

const lifecycle = await import("./lifecycle.ts");

export const { configure, check, diff, create, update, read } = lifecycle;
export const { configureDeployments, checkDeployments, createDeployments, diffDeployments, readDeployments } =
  lifecycle;
export const { updateDeployments } = lifecycle;
const { remove, removeDeployments } = lifecycle;

export { remove as delete, removeDeployments as deleteDeployments };
