/**
 * The possible errors in the settings of the API.
 *
 * - `CREDENTIALS_MISSING`: none are set anywhere.
 * - `CREDENTIALS_HALF`: an email without its key, or a key without its email.
 * - `CREDENTIALS_MALFORMED`: blank, or with invalid characters.
 * - `BASE_URL_INVALID`: not a valid URL.
 * - `BASE_URL_IN_CLEAR`: plain http to another machine.
 * - `BASE_URL_UNTRUSTED`: an address other than Cloudflare's and this machine's that only the repository sets.
 * - `PROXY_INVALID`: the environment sets an invalid proxy.
 */
export type ConfigErrorCode =
  | "CREDENTIALS_MISSING"
  | "CREDENTIALS_HALF"
  | "CREDENTIALS_MALFORMED"
  | "BASE_URL_INVALID"
  | "BASE_URL_IN_CLEAR"
  | "BASE_URL_UNTRUSTED"
  | "PROXY_INVALID";

/** An invalid setting. The message names the setting and never shows its value. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
