import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

it("keeps credentials, bodies and absolute paths out of the state, and the provider's code in it small", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nmessages:\n  - { id: named, body: { word: a-word-of-the-body } }\n" },
    emulator: { token: "a-token-that-must-not-leak" },
  });
  const { stack } = seeder;
  const up = await stack.up();
  succeeded(up);
  const state = stack.exportState();
  // Pulumi writes the state for each resource again, so each key is in it once.
  expect(state.match(/named/g)).toHaveLength(1);
  for (const text of [state, up.stdout, up.stderr]) {
    expect(text).not.toContain("a-word-of-the-body");
    expect(text).not.toContain("a-token-that-must-not-leak");
  }

  const resources: { inputs?: { __provider?: string } }[] = JSON.parse(state).checkpoint.latest.resources;
  // Pulumi would also record the source position of each resource.
  expect(state).not.toContain(stack.project.dir);
  const providers = resources.flatMap(({ inputs }) => inputs?.__provider ?? []);
  expect(providers).toHaveLength(2);
  for (const provider of providers) expect(Buffer.byteLength(provider)).toBeLessThanOrEqual(256);
});

it("leaks no credentials through a failure, either", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nmessages: [{ body: a-word-of-the-body }]\n" },
    emulator: { token: "a-token-that-must-not-leak" },
    credentials: "environment",
  });
  seeder.emulator.faults.add({ effect: { kind: "error", code: 10207 } });
  const up = await seeder.stack.up({ args: ["--verbose=9", "--logtostderr"] });
  expect(up.code).not.toBe(0);
  expect(up.stdout + up.stderr).toContain("10207");
  for (const text of [seeder.stack.exportState(), up.stdout, up.stderr]) {
    expect(text).not.toContain("a-word-of-the-body");
    expect(text).not.toContain("a-token-that-must-not-leak");
  }
});

it("pushes nothing if a newer version wrote one of the two types of resources, and names it", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" } });
  const { stack, pushes } = seeder;
  succeeded(await stack.up());
  const exported = succeeded(await stack.pulumi(["stack", "export"])).stdout;
  seeder.write("a.yaml", "queue: orders\nmessages: [{ body: 1 }, { body: 2 }]\n");
  for (const type of ["Segment", "Deployments"]) {
    const state = JSON.parse(exported);
    const resources: { type: string; outputs: Record<string, unknown> }[] = state.deployment.resources;
    for (const resource of resources.filter((each) => each.type.endsWith(`:${type}`))) {
      const { record } = resource.outputs;
      // That of a segment is in the text of its record.
      if (typeof record === "string") resource.outputs.record = JSON.stringify({ ...JSON.parse(record), version: 99 });
      else resource.outputs.version = 99;
    }
    const file = join(stack.project.dir, "newer.json");
    writeFileSync(file, JSON.stringify(state));
    succeeded(await stack.pulumi(["stack", "import", "--file", file]));

    const up = await stack.up();
    expect(up.code).not.toBe(0);
    expect(outputOf(up)).toContain(`pulumi-nodejs:dynamic:${type}`);
    expect(outputOf(up)).toContain("LEDGER_UNREADABLE");
    expect(outputOf(up)).toContain(
      "it was written by a newer version of queue-seeder (format 99, and this one reads 1)",
    );
    expect(outputOf(up)).toContain("Upgrade queue-seeder");
    expect(pushes()).toEqual([1]);
  }
});
