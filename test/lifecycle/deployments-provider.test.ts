import { join } from "node:path";
import { expect, it } from "vitest";
import {
  checkDeployments,
  createDeployments,
  diffDeployments,
  removeDeployments,
  updateDeployments,
} from "../../src/lifecycle/deployments-provider.ts";
import { fileJournals, noEntries } from "../../src/push/index.ts";
import { temporaryFolder } from "../manifest/support/fixture.ts";
import { headOf } from "../push/journal/journals.ts";

const ports = { cwd: "/nowhere/infra", env: {}, config: () => undefined };
const inputs = (...names: string[]) => ({ root: "..", manifests: names });

it("gives each deployment of a manifest an id, which it keeps until the manifest is removed", async () => {
  const first = (await createDeployments(inputs("a", "b"))).outs;
  expect(new Set(Object.values(first.ids)).size).toBe(2);
  expect((await diffDeployments("id", first, inputs("b", "a"))).changes).toBe(false);
  expect((await diffDeployments("id", first, inputs("a"))).changes).toBe(true);
  expect((await diffDeployments("id", first, inputs("a", "c"))).changes).toBe(true);

  const second = (await updateDeployments("id", first, inputs("a", "c"), ports)).outs;
  expect(second.ids.a).toBe(first.ids.a);
  const third = (await updateDeployments("id", second, inputs("a", "b"), ports)).outs;
  expect(third.ids.b).not.toBe(first.ids.b);
});

it("refuses the list of another version, which it would replace with new ids", async () => {
  const { outs } = await createDeployments(inputs("a"));
  for (const version of [2, undefined]) {
    const other = { ...outs, version };
    const refused = version === 2 ? /^LEDGER_UNREADABLE: .* newer version .*Upgrade/ : /^LEDGER_UNREADABLE: .*format/;
    await expect(diffDeployments("id", other, inputs("a"))).rejects.toThrow(refused);
    await expect(updateDeployments("id", other, inputs("b"), ports)).rejects.toThrow(refused);
    await expect(removeDeployments("id", other, ports)).rejects.toThrow(refused);
  }
});

it("keeps the id of a renamed manifest", async () => {
  const first = (await createDeployments(inputs("old"))).outs;
  const moved = { root: "..", manifests: ["new"], formerNames: { new: ["older", "old"] } };
  expect((await diffDeployments("id", first, moved)).changes).toBe(true);
  expect((await updateDeployments("id", first, moved, ports)).outs.ids).toEqual({ new: first.ids.old });
});

it("gives another id to a stack that was destroyed and deployed again", async () => {
  const [first, second] = [await createDeployments(inputs("a")), await createDeployments(inputs("a"))];
  expect(first.outs.ids.a).not.toBe(second.outs.ids.a);
});

it("refuses to move a ledger to a manifest that has one, at the location of the former name", async () => {
  const first = (await createDeployments(inputs("a", "b"))).outs;
  const moved = {
    root: "..",
    manifests: ["b"],
    formerNames: { b: ["older", "a"] },
    formerNameLocations: { b: "messages/b.yaml:3:1" },
  };
  await expect(diffDeployments("id", first, moved)).rejects.toThrow(
    /^MOVED_FROM_DEPLOYED: nothing was pushed\.\nmessages\/b\.yaml:3:1 "b" and "a" are both deployed.*`queue-seeder baseline b`/,
  );
  // The manifest checks report a former name that is still in use; one that is not deployed is not a problem.
  expect(
    (await diffDeployments("id", first, { root: "..", manifests: ["b", "a"], formerNames: { b: ["a"] } })).changes,
  ).toBe(false);
  expect(
    (await diffDeployments("id", first, { root: "..", manifests: ["b"], formerNames: { b: ["older"] } })).changes,
  ).toBe(true);
  const alone = (await createDeployments(inputs("a"))).outs;
  expect((await diffDeployments("id", alone, moved)).changes).toBe(true);
});

it("keeps the journals of removed manifests, which the state may lack, and those of the others", async () => {
  using folder = temporaryFolder();
  const there = { ...ports, cwd: join(folder.path, "infra") };
  const journals = fileJournals(join(folder.path, ".queue-seeder/journal"));
  const first = (await createDeployments(inputs("a", "b"))).outs;
  for (const deployment of Object.values(first.ids))
    await (await journals.begin(headOf({ deployment }), noEntries)).close();
  const removed = async () =>
    (await journals.list()).filter((found) => found.removed).map(({ head }) => head.deployment);
  const second = (await updateDeployments("id", first, inputs("a"), there)).outs;
  expect(await removed()).toEqual([first.ids.b]);
  await removeDeployments("id", second, there);
  expect((await removed()).toSorted()).toEqual(Object.values(first.ids).toSorted());
});

it("uses the given repository folder, and keeps no absolute path", async () => {
  const asked = { ...inputs("a"), folder: "/repository" };
  expect(await checkDeployments({}, asked, { cwd: "/repository/infra" })).toEqual({ inputs: inputs("a") });
  expect(await checkDeployments({}, inputs("a"), { cwd: "/elsewhere" })).toEqual({ inputs: inputs("a") });
});
