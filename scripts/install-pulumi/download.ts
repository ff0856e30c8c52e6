import { join } from "node:path";
import { engineVersion } from "../../src/engine/pulumi-home.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { type Surroundings, tool } from "./source.ts";

/** Enough for 150 MB on a slow line. Without network access, the launcher's own connection fails within seconds. */
const timeoutMs = 5 * 60_000;

/** Downloads Pulumi with its own launcher into a separate home, so that a partial download is never used. */
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
