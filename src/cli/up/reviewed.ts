import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { differsFile, pushDigest, reviewedVariable } from "../../lifecycle/reviewed.ts";
import type { Plan } from "../plan/model.ts";

/** The environment that holds a run to what was reviewed, while it lasts. */
export interface Reviewed extends Disposable {
  readonly env: Readonly<Record<string, string>>;
  /** Whether the provider refused what was not reviewed. */
  readonly differs: boolean;
}

/** @param plan whose pushes may be made, and no others; undefined: nobody reviewed it */
export function holdTo(plan: Plan | undefined): Reviewed {
  if (plan === undefined) return { env: {}, differs: false, [Symbol.dispose]() {} };
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
