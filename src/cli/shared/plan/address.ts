import { ConfigError, resolveEndpoint } from "../../../cloudflare/index.ts";
import { isSetByRepository } from "../../../config/repository-environment.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";

/** The address of the API, to which messages and credentials are sent. */
export interface PlanAddress {
  /** Undefined if it is a secret or is refused. */
  readonly url: string | undefined;
  /** Name of the setting that defines it; undefined if none does. */
  readonly setting: string | undefined;
  /** Why `up` would refuse it, in full sentences; undefined if it would not. */
  readonly refusal: string | undefined;
}

/** Resolves the address that a run with this environment would use. */
export function resolvePlanAddress(
  { root, config }: Pick<StackSnapshot, "root" | "config">,
  env: NodeJS.ProcessEnv,
): PlanAddress {
  const setting = "cloudflare:baseUrl";
  if (config.isSecret(setting)) return { url: undefined, setting, refusal: undefined };
  const value = config.values.get(setting);
  const configured = value === undefined ? undefined : String(value);
  try {
    const address = resolveEndpoint({
      config: (key) => (key === setting ? configured : undefined),
      env,
      setBy: (variable) => isSetByRepository(root, variable),
    });
    return { url: address.url.href, setting: address.setting, refusal: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { url: undefined, setting: undefined, refusal: `${error.code}: ${error.message}.` };
  }
}

/** Formats the address, followed by the setting that defines it if it is not Cloudflare's default. */
export function formatAddress({ url, setting, refusal }: PlanAddress): string {
  if (refusal !== undefined) return refusal;
  if (url === undefined) return `the secret ${setting}`;
  return setting === undefined ? url : `${url} (from ${setting})`;
}
