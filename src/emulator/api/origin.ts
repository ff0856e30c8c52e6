import type { IncomingHttpHeaders } from "node:http";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** The host names that the emulator accepts. */
export interface AllowedHosts {
  /** The address that the emulator listens on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
}

/**
 * Returns the reason to refuse a request that a page of another site made the browser send, either openly (Origin) or
 * through a name that resolves to this machine (Host); otherwise undefined. Other programs send no Origin.
 */
export function checkOrigin(headers: IncomingHttpHeaders, names: AllowedHosts): string | undefined {
  const { host, origin } = headers;
  if (host === undefined || !isOwn(hostName(`http://${host}`), names)) {
    return "The Host header is not allowed. Allow it with --allow-host NAME.";
  }
  if (origin !== undefined && origin !== `http://${host}`)
    return "Requests from pages of other origins are not allowed.";
  return undefined;
}

function isOwn(name: string, { host, allowedHosts }: AllowedHosts): boolean {
  return name === host || loopbackNames.includes(name) || allowedHosts.includes(name);
}

function hostName(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}
