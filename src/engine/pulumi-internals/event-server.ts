import { createRequire } from "node:module";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import eventsGrpc, { type IEventsServer } from "@pulumi/pulumi/proto/events_grpc_pb.js";

/** The part of gRPC's server that is used here. */
interface GrpcServer {
  addService(service: typeof eventsGrpc.EventsService, handlers: Pick<IEventsServer, "streamEvents">): void;
  bindAsync(address: string, credentials: object, done: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
}

/** The SDK's own copies: its service rejects the messages and the credentials of other copies, which a project may have. */
const requireFromSdk = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"));
const grpc: {
  readonly Server: new (options: Readonly<Record<string, number>>) => GrpcServer;
  readonly ServerCredentials: { createInsecure(): object };
} = requireFromSdk("@grpc/grpc-js");
const { Empty } = requireFromSdk("google-protobuf/google/protobuf/empty_pb.js");

/** Receives the events of a run of Pulumi. */
export interface EventServer extends Disposable {
  /** Arguments of `pulumi up`. */
  readonly args: readonly string[];
  /** Variables that enable these arguments in Pulumi. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts the server to which `pulumi up --event-log` sends its events. Pulumi waits until they are received before it exits. The
 * SDK's Automation API has the same server, but takes a third of a second to load, and also runs Pulumi for its version, for
 * outputs and for the history, which no caller uses.
 */
export async function startEventServer(onEvent: (event: EngineEvent) => void): Promise<EventServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(eventsGrpc.EventsService, {
    streamEvents(call, callback) {
      call.on("data", (request) => onEvent(parseEvent(request.getEvent())));
      call.on("end", () => callback(null, new Empty()));
      // Pulumi was killed. The caller reports how it ended.
      call.on("error", () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    args: ["--exec-kind", "auto.local", "--event-log", `tcp://127.0.0.1:${port}`],
    env: { PULUMI_DEBUG_COMMANDS: "true" },
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}

/** Parses an event. One that is not JSON becomes a warning: it must not end a run that pushes. */
function parseEvent(text: string): EngineEvent {
  try {
    return JSON.parse(text);
  } catch {
    const message = "EVENT_UNREADABLE: Pulumi sent an event that is not JSON. The run itself is not affected.";
    return { sequence: 0, timestamp: 0, diagnosticEvent: { message, color: "never", severity: "warning" } };
  }
}
