import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRequest, type RunRequest, requestEnv } from "../../lifecycle/protocol/request.ts";

/** A temporary file with a request to the provider. Deleted on disposal. */
export interface RequestFile extends Disposable {
  /** Environment variable that passes the file's path to the provider. */
  readonly env: Readonly<Record<string, string>>;
}

/** Writes a request to the provider to a file that only the current user can read. */
export function writeRequestFile(request: Omit<RunRequest, "events">): RequestFile {
  const folder = mkdtempSync(join(tmpdir(), "queue-seeder-"));
  const file = join(folder, "request.json");
  writeFileSync(file, encodeRequest({ ...request, events: true }), { mode: 0o600 });
  return {
    env: { [requestEnv]: file },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
