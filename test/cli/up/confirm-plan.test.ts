import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { confirmPlan } from "../../../src/cli/up/confirm-plan.ts";
import { full, planOf } from "../shared/plan/fixture.ts";

const plan = planOf([], { program: { ...full.program, kind: "previewed" } });

/** Confirms a plan with this answer. @returns the exit code, the question and the notes */
async function confirmWith(answer: string, isProduction: boolean) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(`${answer}\n`);
  const notes: string[] = [];
  const exit = await confirmPlan(plan, {
    flags: {},
    reporter: { onNote: (text) => notes.push(text) },
    expected: undefined,
    isProduction,
    terminal: [input, output],
  });
  return { exit, question: String(output.read()), notes };
}

it.each([
  ["y", false, undefined],
  ["n", false, 1],
  ["dev", false, 1],
  ["dev", true, undefined],
  ["y", true, 1],
  ["", true, 1],
  ["Dev", true, 1],
])("the answer %j, in production: %s, ends with %s", async (answer, isProduction, exit) => {
  const asked = await confirmWith(answer, isProduction);
  expect([asked.exit, asked.notes]).toEqual([exit, exit === undefined ? [] : ["Nothing was pushed."]]);
  expect(asked.question).toContain(isProduction ? "Type the name of the stack to confirm:" : "[y/N]");
});

it("refuses a plan without a preview, and reports all lines of Pulumi's error", async () => {
  const notes: string[] = [];
  const unpreviewed = planOf([], { program: { kind: "files", reason: "a.yaml was edited.\n  Restore \u001bit." } });
  const exit = await confirmPlan(unpreviewed, {
    flags: { yes: true },
    reporter: { onNote: (text) => notes.push(text) },
    expected: undefined,
    isProduction: false,
  });
  expect([exit, notes]).toEqual([
    1,
    ["Nothing was pushed. Pulumi's preview failed: a.yaml was edited.\n  Restore \\u{1b}it."],
  ]);
});
