import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRequest, type RunRequest, requestEnv } from "../../lifecycle/protocol/request.ts";

/** A request to the provider, on the disk while the run lasts. */
export interface RequestFile extends Disposable {
  /** Names the file to the provider. */
  readonly env: Readonly<Record<string, string>>;
}

/** Writes what a command asks of the provider into a file that only this user can read. */
export function writeRequestFile(request: Omit<RunRequest, "events">): RequestFile {
  const folder = mkdtempSync(join(tmpdir(), "queue-seeder-"));
  const file = join(folder, "request.json");
  writeFileSync(file, encodeRequest({ ...request, events: true }), { mode: 0o600 });
  return {
    env: { [requestEnv]: file },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
