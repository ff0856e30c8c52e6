import { createRequire } from "node:module";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { expect, it, onTestFinished } from "vitest";
import { createEngineLog } from "../../../infra/pulumi-internals/engine-log.ts";
import { encodeEvent, type RunEvent } from "../../../src/lifecycle/protocol/events.ts";

/** The part of @grpc/grpc-js that the test uses. */
interface Grpc {
  readonly Server: new () => {
    addService(service: unknown, handlers: object): void;
    bindAsync(address: string, credentials: unknown, bound: (error: Error | null, port: number) => void): void;
    forceShutdown(): void;
  };
  readonly ServerCredentials: { createInsecure(): unknown };
  readonly status: { readonly UNIMPLEMENTED: number };
}

/** The SDK's own copy, which its clients require. */
const { Server, ServerCredentials, status }: Grpc = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"))(
  "@grpc/grpc-js",
);

interface Call {
  readonly request: InstanceType<typeof engineProto.LogRequest>;
}

/** Starts an engine that records each log call: text, URN, and whether it is ephemeral. */
async function engine(): Promise<{ readonly address: string; readonly calls: unknown[][] }> {
  const calls: unknown[][] = [];
  const server = new Server();
  const log = ({ request }: Call, answer: (error: object) => void) => {
    calls.push([request.getMessage(), request.getUrn(), request.getEphemeral()]);
    answer({ code: status.UNIMPLEMENTED });
  };
  server.addService(engineGrpc.EngineService, { log });
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), bound);
  });
  return { address: `127.0.0.1:${port}`, calls };
}

const waiting: RunEvent = {
  kind: "waiting",
  reason: "half \ud83d of one",
  until: "2026-08-01T10:00:00.000Z",
  secondsLeft: 3,
};

it("logs a text with half a surrogate pair in a form that Pulumi accepts", async () => {
  const { address, calls } = await engine();
  // An ephemeral message may fail silently.
  await createEngineLog(address, () => false)(waiting, "urn:1", "passing");
  const text = "waiting for at most 3 s, until 2026-08-01T10:00:00.000Z: half \\u{d83d} of one";
  expect(calls).toEqual([[text, "urn:1", true]]);
});

it("shows no JSON under a bare pulumi up", async () => {
  const { address, calls } = await engine();
  const log = createEngineLog(address, () => false);
  await log({ kind: "outcome", pushed: 1, inDoubt: 0, notSent: 0 }, "urn:1");
  await log({ kind: "refused", code: "PLAN_DIFFERS", message: "no" }, "urn:1");
  await log({ kind: "resumed", seconds: 3 }, "urn:1", "passing");
  expect(calls).toEqual([["resumed after a wait of 3 s", "urn:1", true]]);
});

it("passes a command the event before the sentence, in a message that no log keeps", async () => {
  const { address, calls } = await engine();
  const log = createEngineLog(address, () => true);
  await log(waiting, "urn:1", "passing");
  await log({ kind: "outcome", pushed: 1, inDoubt: 0, notSent: 0 }, "urn:1");
  expect(calls).toEqual([
    [encodeEvent(waiting), "urn:1", true],
    [encodeEvent({ kind: "outcome", pushed: 1, inDoubt: 0, notSent: 0 }), "urn:1", true],
  ]);
});
