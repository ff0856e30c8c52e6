import { afterEach, beforeEach, expect, it } from "vitest";
import { watchParent } from "../../../infra/pulumi-internals/parent-watch.ts";

let listening: boolean;
let looks: number;
let exited: PromiseWithResolvers<void>;
let watch: ReturnType<typeof watchParent>;

beforeEach(() => {
  listening = true;
  looks = 0;
  exited = Promise.withResolvers();
});
afterEach(() => watch.stop());

function start(everyMs: number): void {
  watch = watchParent({
    isAlive: async () => {
      looks += 1;
      return listening;
    },
    exit: exited.resolve,
    everyMs,
  });
}

const hour = 3_600_000;

it("ends an idle process whose parent has ended, without any call", async () => {
  start(1);
  listening = false;
  await exited.promise;
  expect(looks).toBeGreaterThan(0);
});

it("lets calls in progress finish first", async () => {
  start(hour);
  const order: string[] = [];
  const work = Promise.withResolvers<string>();
  void exited.promise.then(() => order.push("exit"));
  const first = watch.endingAfter(async () => work.promise)();
  const second = watch.endingAfter(async (word: string) => word)("second");
  listening = false;
  expect(await watch.engineListens()).toBe(false);
  expect(await second).toBe("second");
  order.push("second");
  work.resolve("first");
  expect(await first).toBe("first");
  order.push("first");
  await exited.promise;
  // Not after the second call, while the first one was still in progress.
  expect(order.indexOf("exit")).toBeGreaterThan(order.indexOf("second"));
});

it("never revokes that the parent has ended, and stops checking", async () => {
  start(hour);
  listening = false;
  await watch.engineListens();
  listening = true;
  expect(await watch.engineListens()).toBe(false);
  expect(looks).toBe(1);
});

it("stays while the parent listens", async () => {
  start(hour);
  let over = false;
  void exited.promise.then(() => {
    over = true;
  });
  await watch.endingAfter(async () => {})();
  expect(await watch.engineListens()).toBe(true);
  expect(over).toBe(false);
});
