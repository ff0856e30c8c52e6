import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The commit that is checked out at `folder`; "" where there is no repository, no commit or no git. */
export async function headCommit(folder: string): Promise<string> {
  try {
    return (await run("git", ["rev-parse", "HEAD"], { cwd: folder })).stdout.trim();
  } catch {
    // It is a note for the audit: a folder without git deploys as well.
    return "";
  }
}
