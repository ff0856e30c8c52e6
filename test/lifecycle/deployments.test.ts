import { expect, it } from "vitest";
import { createDeployments, diffDeployments, updateDeployments } from "../../src/lifecycle/deployments.ts";

const inputs = (...names: string[]) => ({ manifests: Object.fromEntries(names.map((name) => [name, []])) });

it("gives each deployment of a manifest an id, which it keeps until the manifest is removed", async () => {
  const first = (await createDeployments(inputs("a", "b"))).outs;
  expect(new Set(Object.values(first.ids)).size).toBe(2);
  expect((await diffDeployments("id", first, inputs("b", "a"))).changes).toBe(false);
  expect((await diffDeployments("id", first, inputs("a"))).changes).toBe(true);
  expect((await diffDeployments("id", first, inputs("a", "c"))).changes).toBe(true);

  const second = (await updateDeployments("id", first, inputs("a", "c"))).outs;
  expect(second.ids.a).toBe(first.ids.a);
  const third = (await updateDeployments("id", second, inputs("a", "b"))).outs;
  expect(third.ids.b).not.toBe(first.ids.b);
});

it("leaves the id with a manifest that got another name", async () => {
  const first = (await createDeployments(inputs("old"))).outs;
  const moved = { manifests: { new: ["older", "old"] } };
  expect((await diffDeployments("id", first, moved)).changes).toBe(true);
  expect((await updateDeployments("id", first, moved)).outs.ids).toEqual({ new: first.ids.old });
});

it("gives another id to a stack that was destroyed and deployed again", async () => {
  const [first, second] = [await createDeployments(inputs("a")), await createDeployments(inputs("a"))];
  expect(first.outs.ids.a).not.toBe(second.outs.ids.a);
});

it("refuses to hand a ledger over to a manifest that has one, at the place that asks for it", async () => {
  const first = (await createDeployments(inputs("a", "b"))).outs;
  const moved = { manifests: { b: ["older", "a"] }, places: { b: "messages/b.yaml:3:1" } };
  await expect(diffDeployments("id", first, moved)).rejects.toThrow(
    /^MOVED_FROM_DEPLOYED: nothing was pushed\.\nmessages\/b\.yaml:3:1 "b" and "a" are both deployed.*`queue-seeder baseline b`/,
  );
  // One that stays beside it is another problem, which the manifests' checks find; one that is gone long since is none.
  expect((await diffDeployments("id", first, { manifests: { b: ["a"], a: [] } })).changes).toBe(false);
  expect((await diffDeployments("id", first, { manifests: { b: ["older"] } })).changes).toBe(true);
  const alone = (await createDeployments(inputs("a"))).outs;
  expect((await diffDeployments("id", alone, moved)).changes).toBe(true);
});
