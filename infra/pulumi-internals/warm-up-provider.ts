import { setImmediate as turn } from "node:timers/promises";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";

let warmedUp: Promise<void> | undefined;

/**
 * Has the engine start the provider's process, which takes half a second, while the program reads the manifests: by calling a
 * function of the provider that does not exist. The answer, that there is none, is for nobody; nothing is registered by it but
 * the provider itself, which every deployment has. Once in a program, however often it is called.
 */
export function warmUpProvider(): Promise<void> {
  warmedUp ??= warmUp();
  return warmedUp;
}

async function warmUp(): Promise<void> {
  const request = new resourceProto.ResourceInvokeRequest();
  request.setTok("pulumi-nodejs:dynamic:wake");
  getMonitor()?.invoke(request, () => {});
  // Until the request is on its way; what is imported next keeps the process from it.
  await turn();
  await turn();
}
