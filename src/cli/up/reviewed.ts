import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reviewedVariable } from "../../lifecycle/reviewed.ts";

/** The environment that holds a run to what was reviewed, while it lasts. */
export interface Reviewed extends Disposable {
  readonly env: Readonly<Record<string, string>>;
}

/** @param pushes the digests of all that may be pushed; undefined: nobody reviewed it */
export function holdTo(pushes: readonly string[] | undefined): Reviewed {
  if (pushes === undefined) return { env: {}, [Symbol.dispose]() {} };
  const folder = mkdtempSync(join(tmpdir(), "queue-seeder-"));
  const file = join(folder, "reviewed");
  writeFileSync(file, pushes.join("\n"), { mode: 0o600 });
  return {
    env: { [reviewedVariable]: file },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
