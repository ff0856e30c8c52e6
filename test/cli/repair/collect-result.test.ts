import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, it } from "vitest";
import { collectRepair, toRepairResult } from "../../../src/cli/repair/collect-result.ts";
import type { EngineResult } from "../../../src/engine/run-pulumi.ts";
import { encodeEvent, type RunEvent } from "../../../src/lifecycle/protocol/events.ts";

const text = (message: string, severity = "info") => ({ message, severity }) as EngineEvent["diagnosticEvent"];
const reported = (event: RunEvent) => text(`${encodeEvent(event)}\n`);
const repaired = (messages: number) => reported({ kind: "repaired", action: "settle_pushed", messages });
const done = (messages: string) => `${messages} in doubt marked as pushed; nothing was pushed`;
const refusal = "MESSAGE_UNKNOWN: a has no message x.\nNothing was changed.";
const ok: EngineResult = { kind: "ok" };
const failed = (stderr = ""): EngineResult => ({ kind: "failed", text: stderr });

it.each<[string, EngineResult, EngineEvent["diagnosticEvent"][], number | undefined, 0 | 1, unknown[]]>([
  ["all went well", ok, [repaired(2), text(done("2 messages"))], undefined, 0, [done("2 messages")]],
  ["of several segments", ok, [repaired(1_000), repaired(1)], 1_001, 0, [done("1,001 messages")]],
  [
    "some that were named are nowhere",
    ok,
    [repaired(1), repaired(0)],
    3,
    1,
    [done("1 message"), "2 of the 3 named messages are not eligible and were left unchanged."],
  ],
  [
    "it failed afterwards",
    failed(),
    [repaired(2), text("<{%fg 1%}>TypeError: that went wrong\n  at x.js:1<{%reset%}>", "error")],
    undefined,
    1,
    [
      done("2 messages"),
      "TypeError: that went wrong",
      expect.stringMatching(/^The ledger was changed as shown above .*status/),
    ],
  ],
  [
    "it was refused, as Pulumi repeats",
    failed(),
    [reported({ kind: "refused", code: "MESSAGE_UNKNOWN", message: refusal }), text(refusal, "error")],
    undefined,
    1,
    ["MESSAGE_UNKNOWN: a has no message x.", "Nothing was changed.", "The ledger was not changed."],
  ],
  [
    "Pulumi refused to start",
    failed("error: no passphrase\nmore"),
    [],
    undefined,
    1,
    ["no passphrase.", "The ledger was not changed."],
  ],
  [
    "another run holds the stack",
    { kind: "locked", holder: { text: "ann@box" } },
    [],
    undefined,
    1,
    ["Another run holds the stack: ann@box.", "The ledger was not changed."],
  ],
  [
    "the provider is of another version",
    ok,
    [text('{"queueSeeder":2,"kind":"repaired"}')],
    undefined,
    1,
    [expect.stringMatching(/^EVENT_UNREADABLE: .*format 2.*status/)],
  ],
])(
  "a repair says what it did, and of a failure why and how the ledger is: %s",
  (_, end, diagnostics, named, exit, lines) => {
    const events = collectRepair();
    for (const diagnosticEvent of diagnostics) events.take({ diagnosticEvent } as EngineEvent);
    expect(toRepairResult(end, events, named)).toEqual({ exit, lines });
  },
);

it("never parses a sentence, not even the provider's", () => {
  const events = collectRepair();
  events.take({ diagnosticEvent: text(done("2 messages")) } as EngineEvent);
  expect(events.repaired).toEqual([]);
});
