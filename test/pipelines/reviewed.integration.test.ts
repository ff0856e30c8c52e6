import { expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "./support/github-api.ts";
import { runStep } from "./support/step.ts";

/** Runs the step that finds the plan of the merged pull request. */
const find = (api: GithubApi) =>
  runStep(api, ["messages-deploy.yml", "plan", "Find the plan that was reviewed"], {
    github: { event_name: "push", sha: "c1" },
  });

const artifact = {
  name: "plan-dev-a1",
  expired: false,
  created_at: "2026-01-01T00:00:00Z",
  workflow_run: { id: 5, repository_id: 1, head_repository_id: 1 },
};

async function makeApi(): Promise<GithubApi> {
  const api = await startGithubApi();
  api.pulls.set("c1", [
    { merge_commit_sha: "c0", head: { sha: "a0" } },
    { merge_commit_sha: "c1", head: { sha: "a1" } },
  ]);
  return api;
}

it("finds the latest plan of the pull request that was merged", async () => {
  await using api = await makeApi();
  api.artifacts.push({
    ...artifact,
    created_at: "2026-01-02T00:00:00Z",
    workflow_run: { ...artifact.workflow_run, id: 6 },
  });
  api.artifacts.push(artifact, { ...artifact, name: "plan-dev-a0" });
  const { code, stdout, stderr, outputs } = await find(api);
  expect([code, stdout, stderr]).toEqual([0, "", ""]);
  expect(outputs).toEqual({ name: "plan-dev-a1", run: "6" });
});

it.each([
  ["of a fork's run", { workflow_run: { ...artifact.workflow_run, head_repository_id: 2 } }],
  ["that is expired", { expired: true }],
  ["of another commit", { name: "plan-dev-a2" }],
  ["of another stack", { name: "plan-prod-a1" }],
])("uses no plan %s", async (_, other) => {
  await using api = await makeApi();
  api.artifacts.push({ ...artifact, ...other });
  const { code, stdout, outputs } = await find(api);
  expect([code, stdout, outputs]).toEqual([0, expect.stringContaining("The pull request has no plan"), {}]);
});

it("reports that there is none if no pull request was merged", async () => {
  await using api = await startGithubApi();
  const { code, stdout, outputs } = await find(api);
  expect([code, stdout, outputs]).toEqual([0, expect.stringContaining("No pull request was merged"), {}]);
});

it("does not treat a failing API as the absence of a plan", async () => {
  await using api = await makeApi();
  api.refuseReads = 502;
  expect((await find(api)).code).not.toBe(0);
});
