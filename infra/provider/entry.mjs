import { enableCompileCache } from "../compile-cache.mjs";

/** What the stubs in the engine's state load as "queue-seeder/lifecycle"; see ../pulumi-internals/stub.ts. */
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
