import { ConfigError, resolveEndpoint } from "../../../cloudflare/index.ts";
import { isSetByRepository } from "../../../config/repository-environment.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";

/** Where messages and credentials go. */
export interface PlanAddress {
  /** Undefined: it cannot be said, or it is refused. */
  readonly url: string | undefined;
  /** The setting that names it; undefined: none does. */
  readonly setting: string | undefined;
  /** Why `up` would refuse it, in full sentences. */
  readonly refusal: string | undefined;
}

/** The address that a run with this environment would use. */
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

/** `https://api.cloudflare.com/client/v4`, and what says so where it is not Cloudflare's own. */
export function formatAddress({ url, setting, refusal }: PlanAddress): string {
  if (refusal !== undefined) return refusal;
  if (url === undefined) return `a secret of the configuration, ${setting}`;
  return setting === undefined ? url : `${url}, as ${setting} says`;
}
