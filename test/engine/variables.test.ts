import { expect, it } from "vitest";
import { makeSeeder, said, succeeded } from "./support/seeder.ts";

const manifest = `queue: orders
env: [RELEASE]
messages:
  - body: { stack: "\${stack}", region: "\${config.region}", release: "\${env.RELEASE}", key: "\${secret.key}" }
  - body: { literal: "$\${secret.key}" }
`;

it("fills variables in, secrets only on the wire, and a rotated secret pushes nothing", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const { stack, bodies } = seeder;
  await stack.setConfig({ "queue-seeder:region": "eu", "queue-seeder:key": { secret: "a-secret-of-the-stack" } });
  const env = { RELEASE: "r1" };
  const up = succeeded(await stack.up({ env, preview: true }));
  expect(bodies("orders")).toEqual([
    { stack: "test", region: "eu", release: "r1", key: "a-secret-of-the-stack" },
    { literal: "$" + "{secret.key}" },
  ]);
  expect(said(up) + stack.exportState()).not.toContain("a-secret-of-the-stack");

  await stack.setConfig({ "queue-seeder:key": { secret: "a-rotated-secret" } });
  expect(succeeded(await stack.up({ env })).stdout).toContain("4 unchanged");
  expect(seeder.pushes()).toEqual([2]);
});

it("refuses an undefined variable at its place", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const up = await seeder.stack.up({ env: { RELEASE: "r1" } });
  expect(up.code).not.toBe(0);
  expect(said(up)).toMatch(/messages\/a\.yaml:4:\d+ VARIABLE_UNDEFINED: .*config\.region/);
  expect(said(up)).toMatch(/messages\/a\.yaml:4:\d+ VARIABLE_UNDEFINED: .*secret\.key/);
  expect(seeder.pushes()).toEqual([]);
});

it("refuses a body that a secret makes too large, before anything goes", async () => {
  const text = "queue: orders\nmessages:\n  - body: first\n  - body: ${secret.key}\n";
  await using seeder = await makeSeeder({
    messages: { "a.yaml": text, "b.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" },
  });
  await seeder.stack.setConfig({ "queue-seeder:key": { secret: "s".repeat(127_899) } });
  const up = await seeder.stack.up();
  expect(up.code).not.toBe(0);
  expect(said(up)).toMatch(/messages\/a\.yaml:4:11 BODY_TOO_LARGE: /);
  expect(seeder.pushes()).toEqual([]);
});
