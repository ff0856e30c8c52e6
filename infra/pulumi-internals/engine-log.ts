import { createRequire } from "node:module";
import { connect } from "node:net";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { Tell } from "../../src/lifecycle/ports.ts";
import { printableLines } from "../../src/printable.ts";

/** The SDK's own copy: a client takes no credentials of another one, which a project that uses this one may well have. */
const { credentials }: typeof import("@grpc/grpc-js") = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("@grpc/grpc-js");

/**
 * Says something on a resource's own line. The engine's Log call with the resource's URN does that; console output and
 * `pulumi.log` would land on the stack's line. A message that cannot be delivered goes to stderr: it is never lost, and
 * it never fails a push. Progress is ephemeral: a terminal replaces it, a log leaves it out.
 *
 * @param address of the engine, `host:port`, as the engine gives it to the provider as its first argument
 */
export function tellEngine(address: string): Tell {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  const severities = {
    progress: engineProto.LogSeverity.INFO,
    info: engineProto.LogSeverity.INFO,
    warning: engineProto.LogSeverity.WARNING,
  } as const;
  return (severity, said, self) => {
    const text = printableLines(said);
    const request = new engineProto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(text);
    request.setUrn(self);
    request.setEphemeral(severity === "progress");
    return new Promise((resolve) => {
      client.log(request, (error: unknown) => {
        if (error && severity !== "progress") console.error(text);
        resolve();
      });
    });
  };
}

/** Milliseconds in which an engine on the same machine surely answers; one that is merely busy is not given up. */
const patienceMs = 10_000;

/** Whether the engine still listens at its address. It tells of a killed engine at once: its port is closed. */
export function engineListens(address: string): Promise<boolean> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  return new Promise((resolve) => {
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(patienceMs, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
