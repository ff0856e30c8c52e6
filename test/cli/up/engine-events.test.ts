import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, it } from "vitest";
import { RunProgress } from "../../../src/cli/reporters/progress.ts";
import type { Reporter } from "../../../src/cli/reporters/reporter.ts";
import { createEventWatcher } from "../../../src/cli/up/engine-events.ts";
import { describeEvent } from "../../../src/lifecycle/protocol/describe.ts";
import { encodeEvent, type RunEvent } from "../../../src/lifecycle/protocol/events.ts";

const segment = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Segment::a/0";

/** Records what the watcher reports, with a clock that starts at 0. */
function watching() {
  const logged: unknown[] = [];
  let now = 0;
  const reporter = new Proxy({} as Reporter, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        logged.push([name, ...args]),
  });
  const watch = createEventWatcher({ reporter, progress: new RunProgress(100), now: () => now });
  return {
    told: logged,
    watch,
    take: (event: object) => watch.handle(event as EngineEvent),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const said = (message: string, more: object = {}) => ({ diagnosticEvent: { severity: "info", message, ...more } });
/** Returns an event of the provider as it arrives in a command's run. */
const reported = (event: RunEvent, urn = segment) => said(`${encodeEvent(event)}\n`, { urn, ephemeral: true });
const done = (type: string, op: string, urn: string, old?: object, present?: object) => ({
  resOutputsEvent: {
    metadata: { op, type, urn, old: old && { outputs: old }, new: present && { outputs: present } },
  },
});

it("passes on messages without colour codes, but no transient or debug messages", () => {
  const { told: logged, take, watch } = watching();
  take(said("<{%fg 1%}>hello<{%reset%}>\n", { urn: segment, severity: "warning" }));
  take(said("from a console", { severity: "info#err" }));
  take(said("passing", { ephemeral: true }));
  take(said("Registering resource", { severity: "debug" }));
  take(said("\n"));
  expect(logged).toEqual([
    ["onLog", { severity: "warning", text: "hello", resource: "a/0" }],
    ["onLog", { severity: "info", text: "from a console", resource: undefined }],
  ]);
  expect(watch.erred).toBe(false);
  take(said("PLAN_DIFFERS: what would be pushed …", { severity: "error" }));
  expect(watch.erred).toBe(true);
});

it("leaves out Pulumi's own prefix, and its last line, which repeats that there was an error", () => {
  const { told: logged, take, watch } = watching();
  take(said("error: update failed\n", { severity: "error" }));
  take(said("error: the provider crashed\n", { severity: "error", urn: segment }));
  take(said("error: update failed\n", { severity: "error" }));
  expect(logged).toEqual([
    ["onLog", { severity: "error", text: "update failed", resource: undefined }],
    ["onLog", { severity: "error", text: "the provider crashed", resource: "a/0" }],
  ]);
  expect(watch.erred).toBe(true);
});

it("adds up the progress of segments, once a second, and works out the time that is left", () => {
  const { told: logged, take, wait } = watching();
  const progress = (pushed: number) => reported({ kind: "progress", pushed, total: 60, perSecond: 10, secondsLeft: 5 });
  take(progress(0));
  wait(999);
  take(progress(5));
  wait(1);
  take(progress(10));
  wait(1_000);
  take(reported({ kind: "outcome", pushed: 40, inDoubt: 0, notSent: 0 }, segment.replace("a/0", "a/1")));
  expect(logged).toEqual([
    ["onProgress", { pushed: 0, planned: 100, perSecond: 0, secondsLeft: undefined }],
    ["onProgress", { pushed: 10, planned: 100, perSecond: 10, secondsLeft: 9 }],
    ["onProgress", { pushed: 50, planned: 100, perSecond: 25, secondsLeft: 2 }],
  ]);
});

it("does not count a segment as progress if it pushed nothing in this run", () => {
  const { told: logged, take } = watching();
  take(reported({ kind: "outcome", pushed: 0, inDoubt: 1, notSent: 3 }));
  take(done("pulumi-nodejs:dynamic:Segment", "update", segment));
  expect(logged).toEqual([]);
});

it("reports other resources that changed", () => {
  const { told: logged, take } = watching();
  const queue = "cloudflare:index/queue:Queue";
  take(done(queue, "create", "urn:pulumi:dev::shop::x::orders"));
  take(done(queue, "same", "urn:pulumi:dev::shop::x::orders"));
  take(done("queue-seeder:index:DataFile", "create", "urn:pulumi:dev::shop::x::a"));
  expect(logged).toEqual([["onChange", "created", `${queue} orders`]]);
});

it("reports an event once, without the sentence that Pulumi keeps for it", () => {
  const { told: logged, take } = watching();
  const event: RunEvent = { kind: "possible_duplicates", messages: 1, names: ["<{%fg 1%}> \u001b[1m"], more: 0 };
  const text = "1 message may have arrived twice, since an answer was lost: <{%fg 1%}> \\u{1b}[1m";
  take(reported(event));
  take(said(`${text}\n`, { severity: "warning", urn: segment }));
  expect(logged).toEqual([
    ["onLog", { severity: "warning", text: describeEvent(event)?.text, resource: "a/0", code: undefined, event }],
  ]);
});

it("recognizes a wait by its kind, whatever its reason says", () => {
  const { told: logged, take } = watching();
  const until = "2026-08-01T10:00:00.000Z";
  take(reported({ kind: "waiting", reason: "until 5, he wrote: no", until, secondsLeft: 3 }));
  take(said(`waiting for at most 3 s, until ${until}: not the provider's`, { urn: segment }));
  expect(logged).toEqual([
    ["onWait", { reason: "until 5, he wrote: no", until: Date.parse(until), resource: "a/0" }],
    ["onLog", expect.objectContaining({ text: expect.stringMatching(/not the provider's$/) })],
  ]);
});

it("takes the reason of a refusal from its code, not from words that an id may contain too", () => {
  const { told: logged, take, watch } = watching();
  take(said("PLAN_DIFFERS: an id", { severity: "error", urn: segment }));
  expect([...watch.refused]).toEqual([]);
  take(reported({ kind: "refused", code: "PLAN_DIFFERS", message: "PLAN_DIFFERS: what would be pushed" }));
  take(said("PLAN_DIFFERS: what would be pushed", { severity: "error", urn: segment }));
  expect([...watch.refused]).toEqual(["PLAN_DIFFERS"]);
  expect(logged).toMatchObject([
    ["onLog", { code: undefined }],
    ["onLog", { code: "PLAN_DIFFERS" }],
  ]);
});

it("reports once that it cannot read events of another version", () => {
  const { told: logged, take } = watching();
  const event = said('{"queueSeeder":2,"kind":"progress"}', { urn: segment, ephemeral: true });
  take(event);
  take(event);
  expect(logged).toEqual([
    ["onNote", expect.stringMatching(/^EVENT_UNREADABLE: .*newer version of queue-seeder.*same version/)],
  ]);
});
