import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { toPrintable } from "../printable.ts";

/** Returns the commit that is checked out at `folder`, undefined without a repository, a commit or git. */
export function headCommit(folder: string): string | undefined {
  // Deployments also work without git; `explainMissingCommit` gives the reason to callers that need the commit.
  const { status, stdout } = askGit(folder);
  return status === 0 ? stdout.trim() : undefined;
}

/** Explains in full sentences why there is no commit at `folder`, and what to do. */
export function explainMissingCommit(folder: string): string {
  const { error, stderr } = askGit(folder);
  if (error !== undefined) return "Git cannot be started here: install it, or put it on PATH.";
  if (/dubious ownership|unsafe repository/.test(stderr)) {
    return (
      "The repository belongs to a different user than the one running this, as in many containers, so Git does not read it " +
      `("dubious ownership"). First run \`git config --global --add safe.directory ${findRepository(folder)}\`.`
    );
  }
  if (/not a git repository/i.test(stderr)) return "This folder is not in a Git repository: deploy from a clone.";
  if (/unknown revision|ambiguous argument|single revision/.test(stderr))
    return "Commit first: the repository is empty.";
  const [first = ""] = stderr.split("\n");
  return `Git refuses: ${toPrintable(first.replaceAll(folder, "."))}. Deploy from a repository that it can read.`;
}

/** The C locale turns off translations, since the messages are matched. A shallow clone (`--depth 1`) also has its commit. */
function askGit(folder: string): SpawnSyncReturns<string> {
  return spawnSync("git", ["rev-parse", "--verify", "HEAD"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
}

/** Returns the repository's folder as a shell expression, for a shell in `folder`. */
function findRepository(folder: string): string {
  for (let up = folder; ; up = dirname(up)) {
    if (existsSync(join(up, ".git"))) return up === folder ? '"$PWD"' : `"$(cd ${relative(folder, up)} && pwd)"`;
    if (dirname(up) === up) return '"$PWD"';
  }
}
