import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "../errors.ts";

/** The credentials that the emulator accepts. */
export interface Credentials {
  /** A token with all permissions. */
  readonly token: string;
  /** A token that only has the permission Queues Read. */
  readonly readToken: string | undefined;
  /** The older scheme; set both or neither. */
  readonly email: string | undefined;
  readonly key: string | undefined;
}

/**
 * Authenticates the caller, in either scheme.
 *
 * @returns the caller's permission
 * @throws ApiError 9106 without credentials, 6003 if they are malformed, 10000 if they are wrong
 */
export function authenticate(headers: IncomingHttpHeaders, credentials: Credentials): "read" | "write" {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw malformed(6111, "Invalid format for Authorization header");
    if (token === credentials.token) return "write";
    if (token === credentials.readToken) return "read";
    throw new ApiError(10000);
  }
  const email = headers["x-auth-email"];
  const key = headers["x-auth-key"];
  if (email === undefined && key === undefined) throw new ApiError(9106);
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw malformed(6102, "Invalid format for X-Auth-Email header");
  }
  if (typeof key !== "string" || !/^[\w-]+$/.test(key)) throw malformed(6103, "Invalid format for X-Auth-Key header");
  if (credentials.email === undefined || email !== credentials.email || key !== credentials.key) {
    throw new ApiError(10000);
  }
  return "write";
}

function malformed(code: number, message: string): ApiError {
  return new ApiError(6003, { chain: [{ code, message }] });
}
