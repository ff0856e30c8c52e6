import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { differsFile, pushDigest, reviewedVariable } from "../../lifecycle/reviewed.ts";
import type { Plan } from "../shared/plan/model.ts";

/** The environment that holds a run to what was reviewed, while it lasts. */
export interface Reviewed extends Disposable {
  readonly env: Readonly<Record<string, string>>;
  /** Whether the provider refused what was not reviewed. */
  readonly differs: boolean;
}

/**
 * @param plan whose pushes may be made, and no others; undefined: nobody reviewed it
 * @param env of this process, which may hold the run to a review by itself
 */
export function holdTo(plan: Plan | undefined, env: NodeJS.ProcessEnv): Reviewed {
  if (plan === undefined) return heldBefore(env[reviewedVariable]);
  const folder = mkdtempSync(join(tmpdir(), "queue-seeder-"));
  const file = join(folder, "reviewed");
  writeFileSync(file, plan.review.pushes.map((push) => pushDigest(plan, push)).join("\n"), { mode: 0o600 });
  return {
    env: { [reviewedVariable]: file },
    get differs() {
      return existsSync(differsFile(file));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param file what the run is held to already */
function heldBefore(file: string | undefined): Reviewed {
  return {
    env: {},
    get differs() {
      return file !== undefined && file !== "" && existsSync(differsFile(file));
    },
    [Symbol.dispose]() {},
  };
}
