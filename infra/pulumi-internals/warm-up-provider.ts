import { setImmediate as turn } from "node:timers/promises";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";

let warmedUp: Promise<void> | undefined;

/**
 * Makes Pulumi start the provider's process, which takes a fifth of a second or more, while the program reads the manifests. It invokes a
 * function that the provider does not have and ignores the error. Only the provider itself is registered by this, which every
 * deployment needs anyway. Repeated calls have no further effect.
 */
export function warmUpProvider(): Promise<void> {
  warmedUp ??= warmUp();
  return warmedUp;
}

async function warmUp(): Promise<void> {
  const request = new resourceProto.ResourceInvokeRequest();
  request.setTok("pulumi-nodejs:dynamic:wake");
  getMonitor()?.invoke(request, () => {});
  // Let the request leave the process before the next imports block it.
  await turn();
  await turn();
}
