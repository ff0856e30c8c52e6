import { describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "./support/github-api.ts";
import { runStep } from "./support/step.ts";

const marker = "<!-- queue-seeder plan: shop/dev -->";
const others = (count: number, body = "Looks good") =>
  Array.from({ length: count }, (_, n) => ({ id: n + 1, user: { login: "reviewer" }, body }));

/** Runs the step that comments, after a plan with this text and exit code. */
function comment(api: GithubApi, plan: string, code = 2) {
  return runStep(api, ["messages-plan.yml", "plan", "Comment"], {
    files: { "plan.md": plan },
    github: { event: { pull_request: { number: 7, head: { sha: "f00d" } } } },
    before: [{ id: "plan", run: `echo code=${code} >> "$GITHUB_OUTPUT"` }],
  });
}

describe("the plan's comment", () => {
  it("is written once, and then updated", async () => {
    await using api = await startGithubApi();
    const first = await comment(api, `${marker}\n1 message "with quotes", \\ and ünïcode\n`);
    expect([first.code, first.stderr]).toEqual([0, ""]);
    await comment(api, `${marker}\n2 messages\n`);
    expect(api.comments).toHaveLength(1);
    const footer = "\n<sub>Planned for f00d by [this run](https://github.example/shop/seeds/actions/runs/42).</sub>\n";
    expect(api.comments[0]?.body).toBe(`${marker}\n2 messages\n${footer}`);
    expect(api.requests).toEqual([
      "GET /repos/shop/seeds/issues/7/comments",
      "POST /repos/shop/seeds/issues/7/comments",
      "GET /repos/shop/seeds/issues/7/comments",
      "PATCH /repos/shop/seeds/issues/comments/1000",
    ]);
  });

  it("is found after any number of others, and is never another author's", async () => {
    await using api = await startGithubApi();
    api.comments.push(...others(200), ...others(1, `${marker}\nnot the pipeline's`));
    const own = { id: 900, user: { login: "github-actions[bot]" }, body: `${marker}\nold` };
    api.comments.push({ ...own, id: 901, body: marker.replace("dev", "prod") }, own);
    await comment(api, `${marker}\nnew\n`);
    expect(own.body).toMatch(/^<!-- queue-seeder plan: shop\/dev -->\nnew\n/);
    expect(api.requests.filter((each) => each.startsWith("GET"))).toHaveLength(3);
    expect(api.requests.at(-1)).toBe("PATCH /repos/shop/seeds/issues/comments/900");
  });

  it("ends with the last page if that is full", async () => {
    await using api = await startGithubApi();
    api.comments.push(...others(100));
    await comment(api, `${marker}\nnew\n`);
    expect(api.requests).toHaveLength(3);
    expect(api.comments).toHaveLength(101);
  });

  it("is not written if there is nothing to do, unless there is an earlier comment", async () => {
    await using api = await startGithubApi();
    expect((await comment(api, `${marker}\nnothing\n`, 0)).code).toBe(0);
    expect(api.comments).toEqual([]);
    await comment(api, `${marker}\nsomething\n`);
    await comment(api, `${marker}\nnothing\n`, 0);
    expect(api.comments.map(({ body }) => body)).toEqual([expect.stringContaining("nothing")]);
  });

  it("fails nothing if the token may not write, and says so", async () => {
    await using api = await startGithubApi();
    api.refuse = 403;
    const { code, stdout } = await comment(api, `${marker}\nnew\n`);
    expect([code, stdout]).toEqual([0, expect.stringContaining("::notice title=No comment::")]);
  });

  it("fails if GitHub does, with its message, and never shows the token", async () => {
    await using api = await startGithubApi();
    api.refuse = 502;
    const { code, stdout, stderr } = await comment(api, `${marker}\nnew\n`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("GitHub answered 502")]);
    expect(stdout + stderr).not.toContain(api.token);
  });

  it("fails if there is no plan", async () => {
    await using api = await startGithubApi();
    expect(await comment(api, "", 1)).toMatchObject({
      code: 1,
      stderr: "plan.md is empty: the plan was not written.\n",
    });
    expect(api.requests).toEqual([]);
  });
});
