import { randomBytes } from "node:crypto";

/** Returns a random id of 72 bits, in base64url. */
export function randomId(): string {
  return randomBytes(9).toString("base64url");
}
