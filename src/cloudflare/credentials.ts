import { ConfigError } from "./config-error.ts";

/** Where settings come from. */
export interface CredentialSources {
  /** The stack's config by full key, e.g. "queue-seeder:apiToken"; secrets in plain text. */
  readonly config: (key: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Names of one place's settings. */
interface CredentialNames {
  readonly token: string;
  readonly email: string;
  readonly key: string;
}

const environmentNames: CredentialNames = {
  token: "CLOUDFLARE_API_TOKEN",
  email: "CLOUDFLARE_EMAIL",
  key: "CLOUDFLARE_API_KEY",
};

const configNames = (namespace: string): CredentialNames => ({
  token: `${namespace}:apiToken`,
  email: `${namespace}:email`,
  key: `${namespace}:apiKey`,
});

/** Characters of somebody else's words that are looked through. */
const maxRedactedLength = 4_000;

/**
 * Whoever holds this may call the API. The secrets are in private fields, so that neither a log, an inspection nor JSON
 * shows them.
 */
export class Credentials {
  /** The settings they came from, by name. */
  readonly source: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: string;

  constructor(source: string, secret: string, headers: Readonly<Record<string, string>>) {
    this.source = source;
    this.#secret = secret;
    this.#headers = headers;
  }

  /** The headers of a request. Never log them. */
  headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /**
   * Takes the secret out of somebody else's words, which may repeat what they were sent. Only the beginning is looked through, and
   * given back: an error shows less.
   */
  redact(text: string): string {
    const start = text.slice(0, maxRedactedLength);
    const shown = start.replaceAll(this.#secret, "(secret)");
    // The cut may have left a piece of it.
    return start.length < text.length ? shown.slice(0, -this.#secret.length) : shown;
  }
}

/**
 * The credentials of the first place that has any: the stack's `queue-seeder:` config, its `cloudflare:` config, the
 * environment. In one place a token goes before an email with its key.
 *
 * @throws ConfigurationError when there are none, half a pair, or what cannot be a credential
 */
export function loadCredentials({ config, env }: CredentialSources): Credentials {
  const credentials =
    readNames(configNames("queue-seeder"), config) ??
    readNames(configNames("cloudflare"), config) ??
    readNames(environmentNames, (name) => env[name]);
  if (credentials !== undefined) return credentials;
  throw new ConfigError(
    "CREDENTIALS_MISSING",
    "there are no credentials for the Cloudflare API. Run `pulumi config set --secret queue-seeder:apiToken`, " +
      "or set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL together with CLOUDFLARE_API_KEY",
  );
}

function readNames(names: CredentialNames, read: (name: string) => string | undefined): Credentials | undefined {
  const value = (name: string) => validateHeaderValue(name, read(name));
  const token = value(names.token);
  if (token !== undefined) return new Credentials(names.token, token, { authorization: `Bearer ${token}` });
  const email = value(names.email);
  const key = value(names.key);
  if (email === undefined && key === undefined) return undefined;
  if (email === undefined || key === undefined) {
    const [given, missing] = email === undefined ? [names.key, names.email] : [names.email, names.key];
    throw new ConfigError("CREDENTIALS_HALF", `${given} is set without ${missing}. Set both, or ${names.token} alone`);
  }
  return new Credentials(`${names.email} and ${names.key}`, key, { "x-auth-email": email, "x-auth-key": key });
}

/** Visible ASCII: what else a header could carry is a slip of whoever set it, such as a line break at the end. */
function validateHeaderValue(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return value;
  const what = value.trim() === "" ? "is blank" : "holds a space, a line break or another character of no credential";
  throw new ConfigError("CREDENTIALS_MALFORMED", `${name} ${what}. Set it again, or take it away`);
}
