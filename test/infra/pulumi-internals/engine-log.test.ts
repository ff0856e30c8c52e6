import { createRequire } from "node:module";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { expect, it, onTestFinished } from "vitest";
import { tellEngine } from "../../../infra/pulumi-internals/engine-log.ts";

/** The SDK's own copy, which its clients are made for. */
const { Server, ServerCredentials, status }: typeof import("@grpc/grpc-js") = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("@grpc/grpc-js");

interface Call {
  readonly request: InstanceType<typeof engineProto.LogRequest>;
}

it("says a text that holds half a character in a form that the engine can take", async () => {
  const said: string[][] = [];
  const server = new Server();
  const log = ({ request }: Call, answer: (error: object) => void) => {
    said.push([request.getMessage(), request.getUrn()]);
    answer({ code: status.UNIMPLEMENTED });
  };
  server.addService(engineGrpc.EngineService as never, { log } as never);
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), bound);
  });
  // What passes may fail without a word.
  await tellEngine(`127.0.0.1:${port}`)("progress", "half \ud83d of one", "urn:1");
  expect(said).toEqual([["half \\u{d83d} of one", "urn:1"]]);
});
