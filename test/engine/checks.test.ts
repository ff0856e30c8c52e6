import { expect, it } from "vitest";
import { run } from "../cli/support/run.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const order = "queue: orders\nmessages:\n  - body: { order: 1 }\n";

/** Returns the `file:line:column CODE` of each problem in an output. */
function told(output: string): string[] {
  return [...new Set(output.match(/\S+:\d+:\d+ (?:(?:error|warning) )?[A-Z]+_[A-Z_]+(?=: )/g))]
    .map((location) => location.replace(/ (?:error|warning)/, ""))
    .sort();
}

it("checks with the stack's configuration and the repository's stacks, as validate does", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "a.yaml": order,
      "bad.yaml": "queue: orders\nmessages:\n  - body: { ordr: 1 }\n",
      "every.yaml": `push: every_deploy\n${order}`,
      "never.yaml": `stacks: [gone]\n${order}`,
    },
  });
  const { stack, emulator } = seeder;
  stack.write("schemas/order.json", JSON.stringify({ type: "object", required: ["order"] }));
  await stack.setConfig({
    "queue-seeder:queues": { orders: { id: emulator.queueId("orders"), body_schema: "schemas/order.json" } },
    "queue-seeder:production": ["te*"],
    "queue-seeder:inDoubt": "stop",
  });
  const cwd = stack.project.dir;

  const up = await stack.up();
  expect(up.code).not.toBe(0);
  const expected = [
    "messages/bad.yaml:3:11 BODY_NOT_VALID",
    "messages/every.yaml:1:7 PUSH_IN_PRODUCTION",
    "messages/never.yaml:1:9 STACK_NEVER",
  ];
  expect(told(outputOf(up))).toEqual(expected);
  expect(told((await run(["validate", "--stack", "test"], { cwd })).stderr)).toEqual(expected);
  expect(seeder.pushes()).toEqual([]);

  seeder.write("bad.yaml", order);
  succeeded(await stack.up());
  expect(seeder.pushes()).toEqual([1, 1, 1]);
  expect(stack.exportState()).toContain(JSON.stringify('"inDoubtPolicy":"stop"').slice(1, -1));
});
