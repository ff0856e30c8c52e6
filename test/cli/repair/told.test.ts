import { expect, it } from "vitest";
import { toldOf } from "../../../src/cli/repair/told.ts";

const repaired = (messages: string) => `${messages} in doubt marked as pushed; nothing was pushed`;
const segment = (messages: string, at = 0) =>
  ` ~  pulumi-nodejs:dynamic:Segment a/${at} updated (0.1s) ${repaired(messages)}\nDiagnostics:\n    ${repaired(messages)}\n`;
const crash =
  "Diagnostics:\n  pulumi:pulumi:Stack (shop-test):\n    error: TypeError: that went wrong\n        at x.js:1\n";
const refusal = "    error: MESSAGE_UNKNOWN: a has no message x. Nothing was changed; nothing was pushed.\n";
const failed = (stdout: string, stderr = "") => ({ code: 255, stdout, stderr });
const well = (stdout: string) => ({ code: 0, stdout, stderr: "" });

it.each([
  ["all went well", well(segment("2 messages")), undefined, 0, [repaired("2 messages")]],
  [
    "of several segments",
    well(segment("1,000 messages") + segment("1 message", 1)),
    1_001,
    0,
    [repaired("1,001 messages")],
  ],
  [
    "some that were named are nowhere",
    well(segment("1 message") + segment("0 messages", 1)),
    3,
    1,
    [repaired("1 message"), "2 of the 3 that were named cannot be meant, and stayed as they were."],
  ],
  [
    "it failed afterwards",
    failed(segment("2 messages") + crash),
    undefined,
    1,
    [
      repaired("2 messages"),
      "TypeError: that went wrong.",
      expect.stringMatching(/^The ledger changed as far as .*status/),
    ],
  ],
  ["it was refused", failed(refusal), undefined, 1, [refusal.trim(), "The ledger is as it was."]],
  [
    "the engine refused to start",
    failed("", "error: the stack is currently locked\nmore"),
    undefined,
    1,
    ["the stack is currently locked.", "The ledger is as it was."],
  ],
])("a repair tells what it did, and of a failure why and how the ledger is: %s", (_, ran, named, exit, lines) => {
  expect(toldOf(ran, named)).toEqual({ exit, lines });
});
