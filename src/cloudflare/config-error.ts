/**
 * What can be wrong with the settings of the API.
 *
 * - `CREDENTIALS_MISSING`: none are set anywhere.
 * - `CREDENTIALS_HALF`: an email without its key, or a key without its email.
 * - `CREDENTIALS_MALFORMED`: blank, or with characters that no credential has.
 * - `BASE_URL_INVALID`: not a URL that requests can go to.
 * - `BASE_URL_IN_CLEAR`: plain http to another machine.
 * - `BASE_URL_UNTRUSTED`: an address that is neither Cloudflare's nor this machine's, and that the repository alone names.
 * - `PROXY_INVALID`: the environment names a proxy that cannot be one.
 */
export type ConfigErrorCode =
  | "CREDENTIALS_MISSING"
  | "CREDENTIALS_HALF"
  | "CREDENTIALS_MALFORMED"
  | "BASE_URL_INVALID"
  | "BASE_URL_IN_CLEAR"
  | "BASE_URL_UNTRUSTED"
  | "PROXY_INVALID";

/** A setting that somebody has to change. Its message names the setting and never shows the value. */
export class ConfigError extends Error {
  override name = "ConfigurationError";
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
