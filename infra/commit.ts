import { execFileSync } from "node:child_process";

/** The commit that is checked out at `folder`; undefined where there is no repository, no commit or no git. */
export function headCommit(folder: string): string | undefined {
  try {
    const head = execFileSync("git", ["rev-parse", "HEAD"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    return head.toString("utf8").trim();
  } catch {
    // A folder without git deploys as well; who needs the commit is told that there is none.
    return undefined;
  }
}
