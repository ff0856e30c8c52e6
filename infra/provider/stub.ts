/**
 * The providers as the engine keeps them in its state, under `__provider`, and evaluates them in the provider's process: the
 * form of `pulumi.dynamic.Resource`, written out instead of serialized. All they do is to load the real module by the
 * package's own name, so the code that is installed now runs for old resources too, for refresh and destroy included.
 *
 * A constant has three virtues over the SDK's serializer: it is the same text whatever version of Node, TypeScript or the
 * SDK a deployment runs with, so it never shows up as a change; it is a tenth of the size; and a run need not load the
 * TypeScript compiler. The names in here are kept for ever.
 */
const call = `const call = (name) => async (...args) => (await import("queue-seeder/lifecycle"))[name](...args);\n`;

/** Of a segment of a manifest. */
export const stub = `${call}exports.handler = () => ({
  configure: call("configure"), check: call("check"), diff: call("diff"), create: call("create"),
  update: call("update"), read: call("read"), delete: call("remove"),
});
`;

/** Of the stack's list of deployments. */
export const deploymentsStub = `${call}exports.handler = () => ({
  configure: call("configure"), diff: call("diffDeployments"), create: call("createDeployments"),
  update: call("updateDeployments"), delete: call("removeDeployments"),
});
`;
