import { expect, it } from "vitest";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const messages = "queue: orders\nmessages:\n  - body: { order: 1 }\n  - body: { order: 2 }\n";
const rows = "queue: orders\nsource: { file: rows.ndjson }\n";

it("pushes from a renamed manifest only what is new, and nothing if the former name is deployed as well", async () => {
  const text = (body: number, more = "") => `${more}queue: orders\nmessages: [{ id: "${body}", body: ${body} }]\n`;
  await using seeder = await makeSeeder({
    messages: {
      "a.yaml": messages,
      "rows.yaml": rows,
      "rows.ndjson": '{"n":1}\n{"n":2}\n',
      "x.yaml": text(1),
      "y.yaml": text(2),
    },
  });
  const { stack, pushes, bodies } = seeder;
  succeeded(await stack.up());
  expect(bodies("orders")).toHaveLength(6);
  const before = pushes().length;

  const state = stack.exportState();
  stack.remove("messages/x.yaml");
  seeder.write("y.yaml", `${text(2, "moved_from: [x]\n")}`);
  seeder.write("z.yaml", text(3));
  const up = await stack.up();
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toContain("MOVED_FROM_DEPLOYED: nothing was pushed.");
  expect(outputOf(up)).toContain('messages/y.yaml:1:13 "y" and "x" are both deployed');
  const segments = (text: string) => text.match(/urn:pulumi:[^"]*Segment::[^"]*/g)?.sort();
  expect(segments(stack.exportState())).toEqual(segments(state));
  expect(pushes()).toHaveLength(before);

  seeder.write("x.yaml", text(1));
  seeder.write("y.yaml", text(2));
  for (const path of ["a.yaml", "rows.yaml", "rows.ndjson"]) stack.remove(`messages/${path}`);
  seeder.write("shop/orders.yaml", `moved_from: [older, a]\n${messages}`);
  seeder.write("shop/rows.yaml", `moved_from: [rows]\n${rows}`);
  seeder.write("shop/rows.ndjson", '{"n":1}\n{"n":2}\n');
  succeeded(await stack.up());
  expect(bodies("orders").slice(6)).toEqual([3]);
  expect(stack.outputs().manifests).toMatchObject({ "shop/orders": { pushed: 2 }, "shop/rows": { pushed: 2 } });

  // The next run has no resources with the old names.
  seeder.write("shop/orders.yaml", `moved_from: [older, a]\n${messages}  - body: { order: 3 }\n`);
  succeeded(await stack.up());
  expect(bodies("orders").slice(6)).toEqual([3, { order: 3 }]);
});

it("pushes no row twice from a data file that grew and whose renaming was interrupted by a kill", async () => {
  const text = (more = "") => `${more}in_doubt: stop\nqueue: orders\nsource: { file: rows.ndjson }\n`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": text(), "rows.ndjson": "0\n1\n" } });
  const { stack, emulator } = seeder;
  succeeded(await stack.up());
  seeder.write("a.yaml", text("name: b\nmoved_from: [a]\n"));
  seeder.write("rows.ndjson", "0\n1\n2\n");
  const hold = emulator.hold({ method: "POST" }, "after");
  const run = stack.spawnUp();
  await hold.arrived;
  run.stop();
  for (const { pid } of stack.processes()) process.kill(pid, "SIGKILL");
  await run.done;
  hold.release();
  succeeded(await stack.pulumi(["cancel", "--yes"]));
  // The journal has a row that the inputs in the state do not have yet.
  succeeded(await stack.refresh());
  const held = await stack.up();
  expect([held.code, outputOf(held)]).toEqual([
    1,
    expect.stringContaining("b: 2 of 3 messages pushed to orders, 1 in doubt"),
  ]);
  expect(outputOf(held)).not.toMatch(/Segment b\/0 (creating|deleting)/);
  expect(seeder.bodies("orders")).toEqual([0, 1, 2]);
});
