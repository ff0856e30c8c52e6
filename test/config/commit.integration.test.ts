import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { explainMissingCommit, headCommit } from "../../src/config/commit.ts";
import { run } from "../cli/support/run.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";

/** Hides the Git configuration of the user who runs the tests. */
const plain = { HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
const git = (folder: string, ...args: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
    cwd: folder,
    env: { ...process.env, ...plain },
    encoding: "utf8",
    stdio: "pipe",
  }).trim();

const files = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": "config: {}\n",
  "messages/a.yaml": `queue: orders\nmessages: [{ body: "\${git.sha}" }]\n`,
};

/** Returns the hint of `validate --stack dev` for a manifest that uses the commit; "" if there is no problem. */
async function told(folder: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stderr } = await run(["validate", "--stack", "dev"], { cwd: folder, env: { ...plain, ...env } });
  const [problem = ""] = stderr.split("\n\n").filter((each) => each.includes("VARIABLE_UNDEFINED"));
  return problem.split("\n").at(-1) ?? "";
}

describe("the commit that is checked out", () => {
  it("is found, also in a shallow clone", () => {
    using root = temporaryFolder();
    const from = join(root.path, "from");
    writeFiles(from, files);
    git(from, "init", "-q");
    git(from, "add", ".");
    for (const text of ["one", "two"]) git(from, "commit", "-q", "--allow-empty", "-m", text);
    git(root.path, "clone", "-q", "--depth", "1", pathToFileURL(from).href, "shallow");
    const shallow = join(root.path, "shallow");
    expect(git(shallow, "rev-list", "--count", "HEAD")).toBe("1");
    expect(headCommit(shallow)).toBe(git(from, "rev-parse", "HEAD"));
    git(shallow, "checkout", "-q", "--detach");
    expect(headCommit(shallow)).toBe(git(from, "rev-parse", "HEAD"));
  });

  it("is not found if the folder is in no repository, or the repository is empty", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, files);
    expect(headCommit(root.path)).toBeUndefined();
    expect(await told(root.path)).toBe("This folder is not in a Git repository: deploy from a clone.");
    git(root.path, "init", "-q");
    expect(headCommit(root.path)).toBeUndefined();
    expect(await told(root.path)).toBe("Commit first: the repository is empty.");
  });

  it("is not found if the repository belongs to another user, and the error gives the command to run", async () => {
    using root = temporaryFolder();
    const project = join(root.path, "seeds");
    writeFiles(project, files);
    git(root.path, "init", "-q");
    git(root.path, "add", ".");
    git(root.path, "commit", "-q", "-m", "one");
    const foreign = { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
    const next = await told(project, foreign);
    expect(next).toContain(
      '("dubious ownership"). First run `git config --global --add safe.directory "$(cd .. && pwd)"`.',
    );
    // The suggested command fixes the problem.
    const [, command = ""] = /`([^`]+)`/.exec(next) ?? [];
    const config = { GIT_CONFIG_GLOBAL: join(root.path, "config") };
    execFileSync("sh", ["-c", command], { cwd: project, env: { ...process.env, ...plain, ...config } });
    expect(await told(project, { ...foreign, ...config })).toBe("");
  });

  it("is not found without git", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, files);
    mkdirSync(join(root.path, ".git"));
    expect(await told(root.path, { PATH: dirname(process.execPath) })).toBe(
      "Git cannot be started here: install it, or put it on PATH.",
    );
  });

  it("is not found if Git reports another error, which is quoted on one printable line without the folder", () => {
    using root = temporaryFolder();
    git(root.path, "init", "-q");
    writeFiles(root.path, { ".git/config": "[broken\u001b" });
    const next = explainMissingCommit(root.path);
    expect(next).toMatch(/^Git refuses: fatal: bad config/);
    expect([next.includes(root.path), next.includes("\u001b")]).toEqual([false, false]);
  });
});
