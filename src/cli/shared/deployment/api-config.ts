import type { Pulumi } from "../../../engine/pulumi.ts";
import { parseReason } from "../../../engine/pulumi-internals/cli-messages.ts";
import type { StackSnapshot } from "./stack-snapshot.ts";

/** All configuration keys that can contain credentials; see `loadCredentials`. */
const credentialKeys = ["queue-seeder", "cloudflare"].flatMap((namespace) =>
  ["apiToken", "email", "apiKey"].map((name) => `${namespace}:${name}`),
);

/** The part of a stack's configuration that API calls need. */
export interface ApiConfig {
  /** Values by full key, such as `queue-seeder:apiToken`. */
  readonly config: ReadonlyMap<string, string>;
  /** Why a secret could not be decrypted; undefined if all could. */
  readonly refused: string | undefined;
}

/** Reads credentials and API address from the configuration; Pulumi decrypts secrets. The values stay in this process. */
export async function readApiConfig(
  { stack, config }: Pick<StackSnapshot, "stack" | "config">,
  find: () => Promise<Pulumi>,
): Promise<ApiConfig> {
  const found = new Map<string, string>();
  let refused: string | undefined;
  for (const key of [...credentialKeys, "cloudflare:baseUrl"]) {
    const value = config.values.get(key);
    if (value === undefined || value === "") continue;
    if (!config.isSecret(key)) {
      found.set(key, String(value));
      continue;
    }
    const { code, stdout, stderr } = await (await find()).run(["config", "get", key, "--stack", stack.full]);
    if (code === 0) found.set(key, stdout.replace(/\r?\n$/, ""));
    else refused ??= parseReason(stderr);
  }
  return { config: found, refused };
}
