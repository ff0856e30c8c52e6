import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { readRecordedSegments } from "../../infra/recorded-segments.ts";
import { outputsOf } from "../engine-units/fixture.ts";

/** Begins a run, as the Automation API does for an inline program. @returns how often the state was read */
async function beginRun(names: readonly string[]): Promise<() => number> {
  let reads = 0;
  const type = "pulumi-nodejs:dynamic:Segment";
  const outputs = Object.fromEntries(
    names.map((name) => [`urn:pulumi:dev::shop::${type}::${name}`, { type, outputs: outputsOf("a") }]),
  );
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => {
      reads += 1;
      return { outputs };
    },
  };
  await pulumi.runtime.setMocks(mocks, "shop", "dev", false, "organization");
  return () => reads;
}

const names = async () => (await readRecordedSegments()).map(({ name }) => name);

it("reads the state once in a run, and again in the next run of the same process", async () => {
  const firstReads = await beginRun(["a/0"]);
  expect([await names(), await names(), firstReads()]).toEqual([["a/0"], ["a/0"], 1]);
  const secondReads = await beginRun(["a/0", "a/1"]);
  expect([await names(), await names(), secondReads()]).toEqual([["a/0", "a/1"], ["a/0", "a/1"], 1]);
});
