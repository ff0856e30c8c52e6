import { expect, it } from "vitest";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const messages = "queue: orders\nmessages:\n  - body: { order: 1 }\n  - body: { order: 2 }\n";
const rows = "queue: orders\nsource: { file: rows.ndjson }\n";

it("pushes nothing of a manifest that moved and says so, and only what is new in it", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": messages, "rows.yaml": rows, "rows.ndjson": '{"n":1}\n{"n":2}\n' },
  });
  const { stack, pushes, bodies } = seeder;
  succeeded(await stack.up());
  expect(bodies("orders")).toHaveLength(4);
  const before = pushes().length;

  for (const path of ["a.yaml", "rows.yaml", "rows.ndjson"]) stack.remove(`messages/${path}`);
  seeder.write("shop/orders.yaml", `moved_from: [older, a]\n${messages}`);
  seeder.write("shop/rows.yaml", `moved_from: [rows]\n${rows}`);
  seeder.write("shop/rows.ndjson", '{"n":1}\n{"n":2}\n');
  succeeded(await stack.up({ preview: true }));
  expect(pushes()).toHaveLength(before);
  expect(stack.outputs().manifests).toMatchObject({ "shop/orders": { pushed: 2 }, "shop/rows": { pushed: 2 } });

  // The next run has nothing of the old names any more.
  seeder.write("shop/orders.yaml", `moved_from: [older, a]\n${messages}  - body: { order: 3 }\n`);
  succeeded(await stack.up());
  expect(pushes().slice(before)).toEqual([1]);
});
