import {
  ConfigError,
  type ConsumerClient,
  createConsumerClient,
  type EndpointSources,
  loadCredentials,
  resolveBaseUrl,
} from "../../cloudflare/index.ts";
import { isSetByRepository } from "../../config/repository-environment.ts";
import type { Settings } from "../../config/settings.ts";
import { readStackConfig, shortName, toSettings } from "../../config/stack-config.ts";
import { ExportError } from "../../redrive/index.ts";
import { type ApiConfig, readApiConfig } from "../shared/deployment/api-config.ts";
import { createPulumiFinder } from "../shared/deployment/stack-snapshot.ts";

/** The API client, account and stack of an export. */
export interface Connection {
  readonly client: ConsumerClient;
  readonly accountId: string;
  /** The stack and its queues; undefined if the environment alone is used. */
  readonly stack: { readonly name: string; readonly queues: Settings["queues"] } | undefined;
}

/**
 * Creates a client with the account and credentials of a stack's configuration, or of the environment if `stack` is undefined.
 *
 * @throws ExportError, UsageError, ConfigError
 */
export async function connect(root: string, stack: string | undefined, env: NodeJS.ProcessEnv): Promise<Connection> {
  if (stack === undefined) return open(root, env, { config: new Map(), refused: undefined }, env.CLOUDFLARE_ACCOUNT_ID);
  const short = shortName(stack);
  const config = readStackConfig(root, short);
  const { settings } = toSettings(config);
  const api = await readApiConfig({ stack: { full: stack, short }, config }, createPulumiFinder(root, env));
  const connection = open(root, env, api, settings.accountId);
  return { ...connection, stack: { name: short, queues: settings.queues } };
}

function open(
  root: string,
  env: NodeJS.ProcessEnv,
  { config, refused }: ApiConfig,
  accountId: string | undefined,
): Connection {
  if (!accountId) {
    const next = "Name the stack with --stack, or set CLOUDFLARE_ACCOUNT_ID.";
    throw new ExportError("ACCOUNT_MISSING", "no Cloudflare account is configured", next);
  }
  const sources: EndpointSources = {
    config: (key) => config.get(key),
    env,
    setBy: (variable) => isSetByRepository(root, variable),
  };
  try {
    const client = createConsumerClient({
      credentials: loadCredentials(sources),
      baseUrl: resolveBaseUrl(sources),
      env,
    });
    return { client, accountId, stack: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const secrets = refused === undefined ? "" : `the stack's secrets cannot be read (${refused}), and `;
    throw new ConfigError(error.code, `${error.code}: ${secrets}${error.message}.`);
  }
}
