/** The configuration in a stack's file, by full key (`queue-seeder:queues`). */
export type Config = Readonly<Record<string, unknown>>;

export interface DemoConfig {
  readonly plain: Config;
  /** Values that the demo's own stack encrypts. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Keys that refer to the account: credentials, the API's address, the queues, the producer Worker. The demo replaces them. */
const replaced =
  /^(?:cloudflare:.*|queue-seeder:(?:accountId|queues|apiToken|apiKey|email|transport|worker|workerKey))$/;

/** The emulator's producer Worker. */
export interface DemoWorker {
  readonly url: string;
  readonly key: string;
}

/**
 * Creates the configuration of the demo stack. Every encrypted value is replaced by the text "demo".
 *
 * @param queues ids of the emulator's queues, by queue name in the manifests
 * @param worker pushes through this Worker; undefined for the REST API
 */
export function createDemoConfig(
  config: Config,
  accountId: string,
  queues: Readonly<Record<string, string>>,
  worker?: DemoWorker,
): DemoConfig {
  const kept = Object.entries(config).filter(([key]) => !replaced.test(key));
  const secrets = kept.filter(([, value]) => holdsSecret(value));
  const given = {
    "queue-seeder:accountId": accountId,
    "queue-seeder:queues": Object.fromEntries(Object.entries(queues).map(([name, id]) => [name, { id }])),
    ...(worker !== undefined && {
      "queue-seeder:transport": "worker",
      "queue-seeder:worker": { url: worker.url },
    }),
  };
  return {
    plain: { ...Object.fromEntries(kept.filter(([, value]) => !holdsSecret(value))), ...given },
    secret: {
      ...Object.fromEntries(secrets.map(([key, value]) => [key, asText(replaceValue(value))])),
      ...(worker !== undefined && { "queue-seeder:workerKey": worker.key }),
    },
  };
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(holdsSecret);
}

function replaceValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Object.hasOwn(value, "secure")) return "demo";
  if (Array.isArray(value)) return value.map(replaceValue);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceValue(inner)]));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
