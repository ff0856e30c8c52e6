import { join } from "node:path";
import { engineVersion } from "../../src/engine/pulumi-home.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { type Surroundings, tool } from "./source.ts";

/** Enough for 150 MB on a slow line. A closed network is noticed by the launcher's own connection, within seconds. */
const timeoutMs = 5 * 60_000;

/** Has Pulumi's own launcher download the engine, into a home of its own, so that a half download is nowhere found. */
export async function download(work: string, { env, launcher, progress, signal }: Surroundings): Promise<string> {
  const options = {
    env: { ...env, PULUMI_HOME: work, PULUMI_VERSION: engineVersion, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs,
    signal,
    tellingLines: 1,
  };
  const step = progress.step(`Downloading Pulumi ${engineVersion}`);
  await withDisposable(step, () => tool(process.execPath, [launcher, "version"], options));
  return join(work, "versions", engineVersion, "bin");
}
