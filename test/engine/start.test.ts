import { expect, it } from "vitest";
import { makeSeeder, outputOf } from "./support/seeder.ts";

const manifest = "queue: orders\nmessages:\n  - body: { order: 1 }\n";

it("reports under a bare pulumi that Node is too old, and pushes nothing", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const { stack, emulator } = seeder;
  // Simulates an old Node that is first on the PATH.
  stack.write("old.cjs", 'Object.defineProperty(process.versions, "node", { value: "20.20.2" });\n');
  const up = await stack.up({ env: { NODE_OPTIONS: `--require=${stack.project.dir}/old.cjs` } });
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toContain("queue-seeder needs Node 22.18 or newer; this is Node 20.20.2.");
  expect(outputOf(up)).toContain("`npm run` and `npx`");
  expect(emulator.requests).toEqual([]);
});
