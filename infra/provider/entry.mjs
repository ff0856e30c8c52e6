import { enableCompileCache } from "../compile-cache.mjs";

/**
 * The module "queue-seeder/lifecycle", which the provider stubs in the Pulumi state load; see
 * ../pulumi-internals/provider-stub.ts.
 */
enableCompileCache();

export const {
  configure,
  check,
  diff,
  create,
  update,
  read,
  remove,
  checkDeployments,
  createDeployments,
  diffDeployments,
  updateDeployments,
  removeDeployments,
} = await import("./lifecycle.ts");
