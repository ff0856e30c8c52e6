import type { IncomingHttpHeaders } from "node:http";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Under which names the emulator may be called. */
export interface OwnNames {
  /** The address that it listens on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
}

/**
 * Why a request must not be served: a page on some other site made the browser send it, either openly (Origin) or
 * through a name that was made to point here (Host). Other programs send no Origin.
 */
export function refusedOrigin(headers: IncomingHttpHeaders, names: OwnNames): string | undefined {
  const { host, origin } = headers;
  if (host === undefined || !isOwn(nameOf(`http://${host}`), names)) {
    return "This emulator does not answer to that Host. Allow a name with --allow-host NAME.";
  }
  if (origin !== undefined && origin !== `http://${host}`)
    return "This emulator does not answer pages of other origins.";
  return undefined;
}

function isOwn(name: string, { host, allowedHosts }: OwnNames): boolean {
  return name === host || loopbackNames.includes(name) || allowedHosts.includes(name);
}

function nameOf(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}
