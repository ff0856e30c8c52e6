import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { holds } from "./support/expressions.ts";

const folder = join(import.meta.dirname, "../../docs/pipelines/github");
const read = (name: string) => parse(readFileSync(join(folder, name), "utf8"));
const caller = read("messages.yml");
const called = (job: string) => read(basename(caller.jobs[job].uses));

/** Returns the jobs of messages.yml that run for an event. */
function jobsFor(event_name: string): string[] {
  return Object.keys(caller.jobs).filter((name) =>
    holds(caller.jobs[name].if, { github: { event_name } }, { failed: false }),
  );
}

it.each([
  ["pull_request", ["plan"]],
  ["push", ["deploy"]],
  ["workflow_dispatch", ["deploy"]],
  ["schedule", ["drift"]],
])("%s runs %j", (event, jobs) => {
  expect(Object.keys(caller.on)).toContain(event);
  expect(jobsFor(event)).toEqual(jobs);
});

describe.each(["plan", "deploy", "drift"])("the job %s", (name) => {
  it("passes inputs and secrets that the called workflow declares, and no more rights than its jobs need", () => {
    const { inputs, secrets } = called(name).on.workflow_call;
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(caller.jobs[name].with)));
    expect(Object.keys(secrets).sort()).toEqual(Object.keys(caller.jobs[name].secrets).sort());
    const rights = Object.values<{ permissions: object }>(called(name).jobs).map(({ permissions }) => permissions);
    expect(Object.assign({}, ...rights)).toEqual(caller.jobs[name].permissions);
  });
});

it("is deployed from the default branch only, and only if there is something to deploy", () => {
  const { plan, deploy } = called("deploy").jobs;
  const on = (ref_name: string) => ({ github: { ref_name, event: { repository: { default_branch: "main" } } } });
  expect(holds(plan.if, on("main"), { failed: false })).toBe(true);
  expect(holds(plan.if, on("feature"), { failed: false })).toBe(false);
  const after = (code: string, unlock: boolean) =>
    holds(deploy.if, { needs: { plan: { outputs: { code } } }, inputs: { unlock } }, { failed: false });
  expect([after("2", false), after("0", true), after("0", false), after("", false)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

const workflows = ["docs/pipelines/github", ".github/workflows"].flatMap((path) => {
  const at = join(import.meta.dirname, "../..", path);
  return readdirSync(at).map((name) => [`${path}/${name}`, readFileSync(join(at, name), "utf8")] as const);
});

it.each(workflows)(
  "%s pins every action by its SHA, with the version next to it, and has secrets only in steps",
  (_, text) => {
    const uses = [...text.matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action]) => action);
    expect(uses.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ""))).toEqual([]);
    const { jobs, env } = parse(text);
    expect(JSON.stringify(env ?? {})).not.toContain("secrets.");
    for (const job of Object.values<{ env?: object }>(jobs))
      expect(JSON.stringify(job.env ?? {})).not.toContain("secrets.");
  },
);

it.each(["plan", "deploy", "drift"])("the %s workflow that other repositories call is the one of the pages", (name) => {
  const own = join(import.meta.dirname, `../../.github/workflows/messages-${name}.yml`);
  expect(readFileSync(own, "utf8")).toBe(readFileSync(join(folder, `messages-${name}.yml`), "utf8"));
});

it("the image has the versions that this repository is tested with", () => {
  const text = readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8");
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  const argument = (name: string) => new RegExp(`ARG ${name}=(\\S+)`).exec(text)?.[1];
  expect(argument("PULUMI_VERSION")).toBe(dependencies.pulumi);
  expect(argument("SDK_VERSION")).toBe(dependencies["@pulumi/pulumi"]);
});
