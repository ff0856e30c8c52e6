import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const manifest = `queue: orders
env: [RELEASE]
messages:
  - body: { stack: "\${stack}", region: "\${config.region}", release: "\${env.RELEASE}", key: "\${secret.key}" }
  - body: { literal: "$\${secret.key}" }
  - body: { plain: body-of-a-message }
`;

it("fills variables in, secrets only on the wire, and a rotated secret pushes nothing", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const { stack, bodies } = seeder;
  await stack.setConfig({ "queue-seeder:region": "eu", "queue-seeder:key": { secret: "a-secret-of-the-stack" } });
  const env = { RELEASE: "r1" };
  const up = succeeded(await stack.up({ env: { ...env, NODE_DEBUG: "queue-seeder" } }));
  expect(bodies("orders")).toEqual([
    { stack: "test", region: "eu", release: "r1", key: "a-secret-of-the-stack" },
    { literal: "$" + "{secret.key}" },
    { plain: "body-of-a-message" },
  ]);
  expect(outputOf(up) + stack.exportState()).not.toMatch(/a-secret-of-the-stack|body-of-a-message/);
  // The debug log shows what the run did, without bodies or credentials.
  expect(outputOf(up)).toMatch(/QUEUE-SEEDER \d+: ledger: decision .*mode=once ledger=none journals=0 push=3 /);
  expect(outputOf(up)).toMatch(/QUEUE-SEEDER \d+: journal: begin file=\S+\.journal /);
  expect(outputOf(up)).toMatch(/QUEUE-SEEDER \d+: journal: sending id=\S+ messages=3\n/);
  expect(outputOf(up)).toMatch(
    /QUEUE-SEEDER \d+: request method=POST path=\S+\/messages\/batch bytes=\d+ outcome=answer status=200 ms=\d+/,
  );
  expect(outputOf(up)).not.toContain(seeder.emulator.token);

  await stack.setConfig({ "queue-seeder:key": { secret: "a-rotated-secret" } });
  expect(succeeded(await stack.up({ env })).stdout).toContain("3 unchanged");
  expect(seeder.pushes()).toEqual([3]);
});

it("inserts an environment variable that is named like a secret only on the wire", async () => {
  const value = 'a "value" of the environment\u2028';
  const text =
    'queue: orders\nenv: [DEPLOY_TOKEN]\nmessages:\n  - body: { auth: "Bearer ${env.DEPLOY_TOKEN}" }\n' +
    '  - { id: two, content_type: text, body: "${env.DEPLOY_TOKEN}" }\n';
  await using seeder = await makeSeeder({ messages: { "a.yaml": text } });
  const { stack, emulator, bodies } = seeder;
  const env = { DEPLOY_TOKEN: value };
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10207 }, times: 1 });
  const failed = await stack.up({ env, preview: true });
  expect(failed.code).not.toBe(0);
  const up = succeeded(await stack.up({ env }));
  expect(bodies("orders")).toEqual([{ auth: `Bearer ${value}` }, value]);
  const plan = await cli(stack.project, ["plan", "--stack", "test", "--format", "json", "--no-preview"], env);
  expect(outputOf(failed) + outputOf(up) + outputOf(plan) + stack.exportState()).not.toMatch(/of the environment/);

  // A changed value pushes nothing. In an id, which everyone can read, the variable is refused.
  expect(succeeded(await stack.up({ env: { DEPLOY_TOKEN: "rotated" } })).stdout).toContain("3 unchanged");
  seeder.write("a.yaml", text.replace("id: two", 'id: "${env.DEPLOY_TOKEN}"'));
  const refused = await stack.up({ env });
  expect(outputOf(refused)).toMatch(
    /messages\/a\.yaml:5:\d+ VARIABLE_NOT_HERE: the environment variable "DEPLOY_TOKEN" has the name of a secret/,
  );
  expect(outputOf(refused) + stack.exportState()).not.toMatch(/of the environment/);
  expect(seeder.pushes()).toEqual([2]);
});

it("refuses an undefined variable, and a body that a secret makes too large, at their locations, before anything is pushed", async () => {
  const text = "queue: orders\nmessages:\n  - body: first\n  - body: ${secret.long}\n";
  await using seeder = await makeSeeder({
    messages: { "a.yaml": manifest, "b.yaml": text, "c.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" },
  });
  await seeder.stack.setConfig({ "queue-seeder:long": { secret: "s".repeat(127_899) } });
  const up = await seeder.stack.up({ env: { RELEASE: "r1" } });
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toMatch(/messages\/a\.yaml:4:\d+ VARIABLE_UNDEFINED: .*config\.region/);
  expect(outputOf(up)).toMatch(/messages\/a\.yaml:4:\d+ VARIABLE_UNDEFINED: .*secret\.key/);
  expect(outputOf(up)).toMatch(/messages\/b\.yaml:4:11 BODY_TOO_LARGE: /);
  expect(seeder.pushes()).toEqual([]);
});
