import { createRequire } from "node:module";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { Tell } from "../../src/lifecycle/ports.ts";

/** The SDK's own copy: a client takes no credentials of another one, which a project that uses this one may well have. */
const { credentials }: typeof import("@grpc/grpc-js") = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("@grpc/grpc-js");

/**
 * Says something on a resource's own line. The engine's Log call with the resource's URN does that; console output and
 * `pulumi.log` would land on the stack's line. A message that cannot be delivered goes to stderr: it is never lost, and
 * it never fails a push.
 *
 * @param address of the engine, `host:port`, as the engine gives it to the provider as its first argument
 */
export function tellEngine(address: string): Tell {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  const severities = {
    info: engineProto.LogSeverity.INFO,
    warning: engineProto.LogSeverity.WARNING,
  } as const;
  return (severity, text, self) => {
    const request = new engineProto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(text);
    request.setUrn(self);
    return new Promise((resolve) => {
      client.log(request, (error: unknown) => {
        if (error) console.error(text);
        resolve();
      });
    });
  };
}
