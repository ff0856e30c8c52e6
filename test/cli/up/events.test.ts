import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, it } from "vitest";
import { RunProgress } from "../../../src/cli/reporters/progress.ts";
import type { Report } from "../../../src/cli/reporters/report.ts";
import { watchEvents } from "../../../src/cli/up/events.ts";
import { Progress } from "../../../src/lifecycle/progress.ts";

const segment = "urn:pulumi:dev::shop::queue-seeder:index:Manifest$pulumi-nodejs:dynamic:Segment::a/0";

/** What is told of these, with a clock that begins at 0. */
function watching() {
  const told: unknown[] = [];
  let now = 0;
  const report = new Proxy({} as Report, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        told.push([name, ...args]),
  });
  const watch = watchEvents({ report, progress: new RunProgress(100), now: () => now });
  return {
    told,
    watch,
    take: (event: object) => watch.take(event as EngineEvent),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const said = (message: string, more: object = {}) => ({ diagnosticEvent: { severity: "info", message, ...more } });
const done = (type: string, op: string, urn: string, old?: object, present?: object) => ({
  resOutputsEvent: {
    metadata: { op, type, urn, old: old && { outputs: old }, new: present && { outputs: present } },
  },
});

it("passes on what is said, without marks for colours, and not what passes or is for Pulumi's developers", () => {
  const { told, take, watch } = watching();
  take(said("<{%fg 1%}>hello<{%reset%}>\n", { urn: segment, severity: "warning" }));
  take(said("from a console", { severity: "info#err" }));
  take(said("passing", { ephemeral: true }));
  take(said("Registering resource", { severity: "debug" }));
  take(said("\n"));
  expect(told).toEqual([
    ["said", { severity: "warning", text: "hello", resource: "a/0" }],
    ["said", { severity: "info", text: "from a console", resource: undefined }],
  ]);
  expect(watch.erred).toBe(false);
  take(said("PLAN_DIFFERS: what would be pushed …", { severity: "error" }));
  expect(watch.erred).toBe(true);
});

it("adds up the progress of segments, once a second, and works out the time that is left", () => {
  const { told, take, wait } = watching();
  const line = (pushed: number, more: object = {}) =>
    said(`${pushed} of 60 messages pushed, 10 a second, 5 s left`, { urn: segment, ...more });
  take(line(0));
  wait(999);
  take(line(5, { ephemeral: true }));
  wait(1);
  take(line(10));
  wait(1_000);
  take(
    done("pulumi-nodejs:dynamic:Segment", "create", segment.replace("a/0", "a/1"), undefined, {
      lastPush: { at: "2", pushed: 40 },
    }),
  );
  expect(told).toEqual([
    ["progress", { pushed: 0, planned: 100, perSecond: 0, secondsLeft: undefined }],
    ["progress", { pushed: 10, planned: 100, perSecond: 10, secondsLeft: 9 }],
    ["progress", { pushed: 50, planned: 100, perSecond: 25, secondsLeft: 2 }],
  ]);
});

it("takes no segment for progress that pushed nothing in this run", () => {
  const { told, take } = watching();
  const lastPush = { at: "1", pushed: 40 };
  take(done("pulumi-nodejs:dynamic:Segment", "update", segment, { lastPush }, { lastPush }));
  take(done("pulumi-nodejs:dynamic:Segment", "delete", segment, { lastPush }));
  expect(told).toEqual([]);
});

it("tells of other resources that changed", () => {
  const { told, take } = watching();
  const queue = "cloudflare:index/queue:Queue";
  take(done(queue, "create", "urn:pulumi:dev::shop::x::orders"));
  take(done(queue, "same", "urn:pulumi:dev::shop::x::orders"));
  take(done("queue-seeder:index:Manifest", "create", "urn:pulumi:dev::shop::x::a"));
  expect(told).toEqual([["changed", "created", `${queue} orders`]]);
});

it("reads the very lines that the provider writes", async () => {
  const lines: string[] = [];
  let now = 0;
  const ports = {
    clock: { now: () => 0, elapsed: () => now },
    tell: async (_: string, text: string) => {
      lines.push(text);
    },
  };
  const progress = new Progress({ self: segment } as never, 1_000, ports as never);
  now = 1_000;
  progress.pushed(100);
  const run = new RunProgress(1_000);
  expect(lines.map((line) => run.line(segment, line))).toEqual([true]);
  expect(run.at(0).pushed).toBe(100);
});
