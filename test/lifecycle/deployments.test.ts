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
