import { createRequire } from "node:module";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import * as pulumi from "./sdk.ts";

type Arguments = Parameters<resourceProto.ResourceInvokeRequest["setArgs"]>[0];

/** The SDK's own copy of protobuf: a request rejects values of another copy. */
const { Struct }: { readonly Struct: { fromJavaScript(value: object): Arguments } } = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("google-protobuf/google/protobuf/struct_pb.js");

/** Returns the object that represents the current run in this process, undefined if Pulumi does not run the program. */
export const currentMonitor: () => object | undefined = getMonitor;

/**
 * Reads the resources of the program's own stack from the Pulumi state, with a function of Pulumi's built-in provider. The SDK only
 * offers the outputs of stacks (`StackReference`), and its `invoke` would create resources from the references in the response.
 *
 * Source: pulumi, pkg/resource/deploy/builtins.go
 *
 * @returns `{ type, outputs }` by URN
 */
export function readStackResources(): Promise<unknown> {
  const request = new resourceProto.ResourceInvokeRequest();
  request.setTok("pulumi:pulumi:readStackResourceOutputs");
  request.setArgs(Struct.fromJavaScript({ stackName: stackName() }));
  return new Promise((resolve, reject) => {
    const monitor = getMonitor();
    if (monitor === undefined) return reject(new Error("Pulumi does not run the program"));
    monitor.invoke(request, (error: Error | null, response: Answer) => {
      if (error) reject(error);
      else resolve(response.getReturn()?.toJavaScript().outputs);
    });
  });
}

/** The part of the response that is used. */
interface Answer {
  getReturn(): { toJavaScript(): Readonly<Record<string, unknown>> } | undefined;
}

/**
 * Returns the stack name for the backend: Pulumi Cloud only accepts the fully qualified name; a backend without organizations may
 * only accept the short one.
 */
function stackName(): string {
  const organization = pulumi.getOrganization();
  return organization === "organization"
    ? pulumi.getStack()
    : `${organization}/${pulumi.getProject()}/${pulumi.getStack()}`;
}
