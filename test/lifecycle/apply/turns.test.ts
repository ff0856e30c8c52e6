import { expect, it } from "vitest";
import { createTurns } from "../../../src/lifecycle/apply/turns.ts";

/** Calls that end when the test says so, and the order in which they began. */
function makeCalls() {
  const inTurn = createTurns(2);
  const begun: string[] = [];
  const start = (name: string, key = "orders") => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const done = inTurn(key, () => {
      begun.push(name);
      return promise;
    });
    return { done, end: () => resolve(name), fail: () => reject(new Error(name)) };
  };
  return { begun, start };
}

it("runs two calls with the same key at once, and the others in order", async () => {
  const { begun, start } = makeCalls();
  const [a, b, c, d] = [start("a"), start("b"), start("c"), start("d")];
  expect(begun).toEqual(["a", "b"]);
  b.end();
  expect(await b.done).toBe("b");
  expect(begun).toEqual(["a", "b", "c"]);
  for (const call of [a, c, d]) call.end();
  expect(await Promise.all([a.done, c.done, d.done])).toEqual(["a", "c", "d"]);
  const e = start("e");
  const f = start("f");
  expect(begun).toEqual(["a", "b", "c", "d", "e", "f"]);
  e.end();
  f.end();
  await Promise.all([e.done, f.done]);
});

it("has no call wait for calls with another key", () => {
  const { begun, start } = makeCalls();
  for (const name of ["a", "b", "c"]) start(name);
  start("d", "invoices");
  expect(begun).toEqual(["a", "b", "d"]);
});

it("lets the next call run after one that failed", async () => {
  const { begun, start } = makeCalls();
  const [a, , c] = [start("a"), start("b"), start("c")];
  a.fail();
  await expect(a.done).rejects.toThrow("a");
  c.end();
  expect(await c.done).toBe("c");
  expect(begun).toEqual(["a", "b", "c"]);
});
