import { createRequire } from "node:module";
import { connect } from "node:net";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogEvent } from "../../src/lifecycle/host.ts";
import { describeEvent } from "../../src/lifecycle/protocol/describe.ts";
import { encodeEvent } from "../../src/lifecycle/protocol/events.ts";
import { toPrintableLines } from "../../src/printable.ts";

type Credentials = ConstructorParameters<typeof engineGrpc.EngineClient>[1];

/** The SDK's own copy: a client takes no credentials of another one, which a project that uses this one may well have. */
const { credentials }: { readonly credentials: { createInsecure(): Credentials } } = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("@grpc/grpc-js");

const severities = {
  info: engineProto.LogSeverity.INFO,
  warning: engineProto.LogSeverity.WARNING,
  error: engineProto.LogSeverity.ERROR,
} as const;

/**
 * Reports events on a resource's own line. The engine's Log call with the resource's URN does that; console output and
 * `pulumi.log` would land on the stack's line. People get a sentence, also in the logs of Pulumi Cloud. A command that asks for
 * events gets the encoded one just before it, as an ephemeral message: Pulumi shows it in no log and keeps it nowhere, and
 * passes it on to the Automation API alone.
 *
 * A sentence that cannot be delivered goes to stderr: it is never lost, and it never fails a push. One that passes is ephemeral
 * itself: a terminal replaces it, a log leaves it out.
 *
 * @param address of the engine, `host:port`, as the engine gives it to the provider as its first argument
 * @param asksForEvents whether a command reads the events of this run
 */
export function createEngineLog(address: string, asksForEvents: () => boolean): LogEvent {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  const send = (severity: keyof typeof severities, text: string, urn: string, ephemeral: boolean) => {
    const request = new engineProto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(text);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    return new Promise<void>((resolve) => {
      client.log(request, (error: unknown) => {
        if (error && !ephemeral) console.error(text);
        resolve();
      });
    });
  };
  return async (event, urn, passing) => {
    const events = asksForEvents();
    if (events) await send("info", encodeEvent(event), urn, true);
    const described = describeEvent(event);
    if (described === undefined || (events && passing)) return;
    await send(described.severity, toPrintableLines(described.text), urn, passing !== undefined);
  };
}

/** Milliseconds in which an engine on the same machine surely answers; one that is merely busy is not given up. */
const timeoutMs = 10_000;

/** Whether the engine still listens at its address. It tells of a killed engine at once: its port is closed. */
export function isEngineAlive(address: string): Promise<boolean> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  return new Promise((resolve) => {
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(timeoutMs, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
