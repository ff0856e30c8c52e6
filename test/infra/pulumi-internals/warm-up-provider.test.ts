import * as pulumi from "@pulumi/pulumi";
import type resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { expect, it, vi } from "vitest";

type Request = InstanceType<typeof resourceProto.ResourceInvokeRequest>;

it("asks Pulumi for the provider once, and ignores the answer", async () => {
  // Other tests of the same worker may have warmed it up already.
  vi.resetModules();
  const { warmUpProvider } = await import("../../../infra/pulumi-internals/warm-up-provider.ts");
  await pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name }) => ({ id: name, state: {} }) }, "p", "s");
  const monitor: { invoke(request: Request, done: (error: unknown) => void): void } =
    pulumi.runtime.getMonitor() as never;
  const invoke = vi
    .spyOn(monitor, "invoke")
    .mockImplementation((_request, done) => done(new Error("unknown function")));
  await Promise.all([warmUpProvider(), warmUpProvider()]);
  expect(invoke.mock.calls.map(([request]) => request.getTok())).toEqual(["pulumi-nodejs:dynamic:wake"]);
});
