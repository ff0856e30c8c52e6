import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { planAnnotations } from "../../src/cli/plan/github.ts";
import { noPlanMarkdown, planMarkdown } from "../../src/cli/plan/markdown.ts";
import { rehearsalAnnotations } from "../../src/cli/rehearse/formats/github.ts";
import { rehearsalJson } from "../../src/cli/rehearse/formats/json.ts";
import { rehearsalJunit } from "../../src/cli/rehearse/formats/junit.ts";
import { rehearsalMarkdown } from "../../src/cli/rehearse/formats/markdown.ts";
import { rehearsalText } from "../../src/cli/rehearse/formats/text.ts";
import { reportPage } from "../../src/cli/report/page.ts";
import { createHumanReporter } from "../../src/cli/reporters/human.ts";
import { createJsonReporter } from "../../src/cli/reporters/json.ts";
import { createResultFileReporter } from "../../src/cli/reporters/result-file.ts";
import { annotation } from "../../src/cli/shared/annotations.ts";
import { confirm } from "../../src/cli/shared/confirm.ts";
import { jsonText, planJson } from "../../src/cli/shared/plan/json.ts";
import { planText } from "../../src/cli/shared/plan/text.ts";
import { toGithub, toGitlab, toJson, toSarif } from "../../src/cli/shared/problems/formats.ts";
import { toText } from "../../src/cli/shared/problems/text.ts";
import { toStatus } from "../../src/cli/status/model.ts";
import { statusMetrics } from "../../src/cli/status/prometheus.ts";
import { ledgerText, statusText } from "../../src/cli/status/text.ts";
import { confirmPlan } from "../../src/cli/up/confirm-plan.ts";
import { describeIncompletePush } from "../../src/lifecycle/apply/report.ts";
import { PartialPushError, SeederError } from "../../src/lifecycle/errors.ts";
import { createProblem, formatDiagnostic } from "../../src/manifest/index.ts";
import { outputsOf, stateOf } from "../engine-units/fixture.ts";
import { temporaryFolder } from "../manifest/support/fixture.ts";
import { hostile, poisoned, wrongWith } from "../support/hostile.ts";
import { mixed } from "./rehearse/fixture.ts";
import { full, planOf } from "./shared/plan/fixture.ts";

const plainly = (_: string, text: string) => text;
const plan = poisoned(full);
const fromNothing = poisoned(planOf([], { base: { kind: "nothing", code: "no_login", reason: "no login" } }));
const refused = { ...plan, manifests: plan.manifests.map((each) => ({ ...each, refusals: [hostile] })) };
const rehearsal = poisoned(mixed);
const state = poisoned(stateOf(outputsOf("a"), outputsOf("gone")));
const plain = toStatus(plan, state, hostile);
const status = { ...plain, components: plain.removed };
const place = { file: `messages/${hostile}.yaml`, line: 3, column: 1 };
const found = [
  createProblem("EMPTY_DOCUMENT", place, hostile, hostile),
  createProblem("AMBIGUOUS_WORD", place, hostile, hostile),
];
const checked = { manifests: [], skipped: [], problems: found, omitted: 0 };
/** Matches annotation lines, each of which is checked separately. */
const own = /^::(?:error|warning|notice) /;

it("finds what it looks for", () => {
  expect(wrongWith(hostile)).toHaveLength(7);
  expect(wrongWith("Naïve 😀 日本語 e\u0301, ::error:: in a line, # [link]\n  and more\n")).toEqual([]);
});

describe("hostile text in all data", () => {
  const outputs: readonly (readonly [string, () => string])[] = [
    ["a plan as text", () => planText(refused, plainly)],
    ["a plan from nothing as text", () => planText(fromNothing, plainly)],
    ["a plan as JSON", () => jsonText(planJson(refused))],
    ["a plan as Markdown", () => planMarkdown(refused)],
    ["a plan from nothing as Markdown", () => planMarkdown(fromNothing)],
    ["no plan as Markdown", () => noPlanMarkdown(plan, checked)],
    ["a rehearsal as text", () => rehearsalText(rehearsal, plainly)],
    ["a rehearsal as Markdown", () => rehearsalMarkdown(rehearsal)],
    ["a rehearsal as JSON", () => jsonText(rehearsalJson(rehearsal))],
    ["a rehearsal as JUnit", () => rehearsalJunit(rehearsal)],
    ["a status", () => statusText(status, plainly, 0)],
    ["a status as metrics", () => statusMetrics(status, 0)],
    ["a ledger", () => ledgerText(state)],
    ["a status as JSON", () => jsonText(status)],
    ["problems as JSON", () => toJson(checked)],
    ["problems for GitLab", () => toGitlab(checked)],
    ["problems as SARIF", () => toSarif(checked)],
    ["problems as lines", () => found.map(formatDiagnostic).join("\n")],
    ["a refusal", () => new SeederError("MESSAGE_EDITED", hostile).message],
    ["a partial failure", () => new PartialPushError("id", outputsOf("a"), failureText()).message],
  ];

  it.each(outputs)("never reaches a terminal or log verbatim: %s", (_, write) => {
    const output = write();
    expect(wrongWith(output)).toEqual([]);
    expect(output).toMatch(/\\u\{1b\}|\\u001b/);
  });

  it("reaches no terminal with problems as text", () => {
    using root = temporaryFolder();
    const output = toText(root.path, checked);
    expect(wrongWith(output)).toEqual([]);
    expect(output).toContain("\\u{1b}[31mRED");
  });

  it.each([
    ["of a plan", () => planAnnotations(refused, hostile)],
    ["of a plan from nothing", () => planAnnotations(fromNothing)],
    ["of a rehearsal", () => rehearsalAnnotations(rehearsal, hostile)],
    ["of problems", () => toGithub(checked)],
    ["by themselves", () => annotation("error", hostile, hostile, place)],
  ])("forges no annotation, and hides nothing in one: %s", (_, write) => {
    const output = write();
    expect(output.split("\n").filter((line) => line !== "" && !own.test(line))).toEqual([]);
    expect(output.split("\n").flatMap((line) => wrongWith(line.replace(own, "")))).toEqual([]);
    expect(output).not.toMatch(/%0[aA]\s*::/);
  });

  it("is nothing but text in Markdown and HTML", () => {
    const fences = /^(`{3,})text\n[\s\S]*?\n\1$/gm;
    const spans = /(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g;
    const [first = "", ...rest] = planMarkdown(refused).replace(fences, "").replace(spans, "").split("\n");
    expect(first).toMatch(/^<!-- [^<>]* -->$/);
    expect(rest.join("\n")).not.toMatch(/<(?!\/?details|\/?summary)|@\w/);
    const section = rehearsalMarkdown(rehearsal).replace("<b>The consumer</b>", "");
    expect(section.replace(fences, "").replace(spans, "")).not.toMatch(/<(?!\/?details|\/?summary)|@\w/);
    const page = reportPage(
      poisoned({
        project: "p",
        stack: "s",
        at: "2026-08-01T10:00:00.000Z",
        note: "n",
        queues: [
          {
            queue: "q",
            runs: [
              {
                version: 1,
                action: "up",
                type: "failed",
                at: "2026-08-01T10:00:00.000Z",
                pushed: 1,
                requests: 1,
                inDoubt: 0,
                inDoubtMessages: ["a"],
                possibleDuplicates: ["b"],
                metrics: undefined,
                by: "ann",
                commit: "c",
                plan: "p",
              },
            ],
          },
        ],
      }),
    );
    expect([wrongWith(page), page.match(/<b /)]).toEqual([[], null]);
  });

  it("is the same value after a program has read the JSON", () => {
    expect(JSON.parse(jsonText({ hostile }))).toEqual({ hostile });
    const { problems } = JSON.parse(toJson(checked));
    expect(problems[0].location.file).toBe(place.file);
  });
});

describe("a reported run", () => {
  it.each(["a terminal", "programs", "a file"] as const)("to %s shows nothing verbatim", (whom) => {
    let output = "";
    const write = (text: string) => {
      output += text;
    };
    const people = createHumanReporter({ write, terminal: false, paint: plainly, now: () => 0 });
    const stream = createJsonReporter(write, () => 0);
    const snapshot = { stack: hostile, by: hostile, commit: hostile };
    const silent = createJsonReporter(
      () => {},
      () => 0,
    );
    const report = {
      "a terminal": people,
      programs: stream,
      "a file": createResultFileReporter(silent, snapshot, write, () => 0),
    }[whom];
    report.onPlan(plan);
    report.onLocked({ text: hostile, user: hostile, host: hostile, pid: 1, since: hostile }, "no");
    report.onLog({ severity: "error", text: `first\n${hostile}`, resource: hostile });
    report.onChange("created", hostile);
    report.onNote(`Nothing was pushed.\n${hostile}`);
    const of = { name: hostile, queue: hostile, pushed: 1, requests: 1, inDoubt: 1, notSent: 1 };
    report.onEnd({
      exit: 3,
      total: of,
      manifests: [{ ...of, inDoubtMessages: [hostile], possibleDuplicates: [hostile] }],
      queues: [{ name: hostile, metrics: null, metricsAt: null }],
    });
    expect(wrongWith(output)).toEqual([]);
    expect(output).toMatch(/\\u\{1b\}|\\u001b/);
  });

  it("asks nothing verbatim, and refuses in printable words", async () => {
    const output = new PassThrough();
    const input = new PassThrough();
    input.end("no\n");
    await confirm(`Deploy ${hostile}?`, input, output);
    expect(wrongWith(String(output.read()))).toEqual([]);
    const notes: string[] = [];
    await confirmPlan(refused, {
      flags: { yes: true },
      reporter: createHumanReporter({
        write: (text) => notes.push(text),
        terminal: false,
        paint: plainly,
        now: () => 0,
      }),
      expected: undefined,
      isProduction: false,
    });
    expect(wrongWith(notes.join(""))).toEqual([]);
  });
});

/** Returns the provider's text for a request that the API refused with a hostile message. */
function failureText(): string {
  const inputs = {
    ...outputsOf("a"),
    content: { kind: "messages", keys: "" },
    manifest: hostile,
    queue: hostile,
  } as const;
  const failure = {
    retry: "no",
    message: hostile,
    remedy: hostile,
    status: 400,
    code: 1,
    documentationUrl: hostile,
  } as const;
  const account = { pushed: [], inDoubtLabels: [hostile], possibleDuplicates: [] };
  return describeIncompletePush(inputs, account as never, { failure, stopped: false } as never);
}
