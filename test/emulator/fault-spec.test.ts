import { expect, test } from "vitest";
import { parseFault } from "../../src/emulator/admin/fault-spec.ts";

test.each([
  ["error=10250,every=3", { match: {}, effect: { kind: "error", code: 10250 }, every: 3 }],
  [
    "error=971,status=200,retry_after_seconds=7,when=after",
    { match: {}, effect: { kind: "error", code: 971, status: 200, retryAfterSeconds: 7, when: "after" } },
  ],
  ["status=502", { match: {}, effect: { kind: "status", status: 502 } }],
  ["status=429,body=null,times=2", { match: {}, effect: { kind: "status", status: 429, body: "null" }, times: 2 }],
  ["lost=before,route=push", { match: { route: "push" }, effect: { kind: "lost", when: "before" } }],
  ["lost=after,queue=orders,skip=1", { match: { queue: "orders" }, effect: { kind: "lost", when: "after" }, skip: 1 }],
  ["delay=500,share=0.1,seed=7", { match: {}, effect: { kind: "delay", ms: 500 }, share: 0.1, seed: 7 }],
  ["truncate,method=post", { match: { method: "POST" }, effect: { kind: "truncate" } }],
  ["garbage,when=before", { match: {}, effect: { kind: "garbage", when: "before" } }],
])("the flag %s", (line, fault) => {
  expect(parseFault(line)).toEqual(fault);
});
