import { createRequire } from "node:module";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogEvent } from "../../src/lifecycle/host.ts";
import { describeEvent } from "../../src/lifecycle/protocol/describe.ts";
import { encodeEvent } from "../../src/lifecycle/protocol/events.ts";
import { toPrintableLines } from "../../src/printable.ts";

type Credentials = ConstructorParameters<typeof engineGrpc.EngineClient>[1];

/** The SDK's own copy of gRPC: a client rejects credentials of another copy, which the user's project may have. */
const { credentials }: { readonly credentials: { createInsecure(): Credentials } } = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("@grpc/grpc-js");

const severities = {
  info: engineProto.LogSeverity.INFO,
  warning: engineProto.LogSeverity.WARNING,
  error: engineProto.LogSeverity.ERROR,
} as const;

/**
 * Creates a log that shows events on the line of a resource. It calls Pulumi's Log method with the URN of the resource;
 * console output and `pulumi.log` would appear on the line of the stack. Users see a sentence, also in the logs of Pulumi Cloud.
 * If a command asks for events, the encoded event is sent just before it as an ephemeral message, which Pulumi neither logs nor
 * stores, and only passes to the reader of the run's events.
 *
 * A sentence that cannot be delivered is written to stderr; it is never lost and never fails a push. Transient events
 * are ephemeral: a terminal replaces them and a log omits them.
 *
 * @param address address of the Pulumi process, `host:port`, which the provider receives as its first argument
 * @param asksForEvents returns whether a command reads the events of this run
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
