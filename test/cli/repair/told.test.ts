import { expect, it } from "vitest";
import { toldOf } from "../../../src/cli/repair/told.ts";

const repaired = "2 messages in doubt marked as pushed; nothing was pushed";
const line = ` ~  pulumi-nodejs:dynamic:Segment a/0 updated (0.1s) ${repaired}\n`;
const crash =
  "Diagnostics:\n  pulumi:pulumi:Stack (shop-test):\n    error: TypeError: that went wrong\n        at x.js:1\n";
const refusal = "    error: MESSAGE_UNKNOWN: a has no message x. Nothing was changed; nothing was pushed.\n";

it.each([
  ["all went well", { code: 0, stdout: line, stderr: "" }, [line.trim()]],
  [
    "it failed afterwards",
    { code: 255, stdout: line + crash, stderr: "" },
    [line.trim(), "TypeError: that went wrong.", expect.stringMatching(/^The ledger changed as far as .*status/)],
  ],
  ["it was refused", { code: 255, stdout: refusal, stderr: "" }, [refusal.trim(), "The ledger is as it was."]],
  [
    "the engine refused to start",
    { code: 255, stdout: "", stderr: "error: the stack is currently locked\nmore" },
    ["the stack is currently locked.", "The ledger is as it was."],
  ],
])("a repair tells what it did, and of a failure why and how the ledger is: %s", (_, ran, told) => {
  expect(toldOf(ran)).toEqual(told);
});
