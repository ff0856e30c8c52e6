/** A stack's configuration by full key, as its file has it. */
export type Config = Readonly<Record<string, unknown>>;

export interface DemoConfig {
  readonly plain: Config;
  /** To be encrypted by the demo's own stack. */
  readonly secret: Readonly<Record<string, string>>;
}

/** What leads to the account: credentials, the API's address, the queues. The demo has its own. */
const replaced = /^(?:cloudflare:.*|queue-seeder:(?:accountId|queues|apiToken|apiKey|email))$/;

/**
 * The configuration of a stack that is played. What only the stack's own key decrypts becomes the text "demo".
 *
 * @param queues ids of the emulator's queues, by the names that manifests use
 */
export function createDemoConfig(
  config: Config,
  accountId: string,
  queues: Readonly<Record<string, string>>,
): DemoConfig {
  const kept = Object.entries(config).filter(([key]) => !replaced.test(key));
  const secrets = kept.filter(([, value]) => holdsSecret(value));
  const given = {
    "queue-seeder:accountId": accountId,
    "queue-seeder:queues": Object.fromEntries(Object.entries(queues).map(([name, id]) => [name, { id }])),
  };
  return {
    plain: { ...Object.fromEntries(kept.filter(([, value]) => !holdsSecret(value))), ...given },
    secret: Object.fromEntries(secrets.map(([key, value]) => [key, asText(replaceValue(value))])),
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
