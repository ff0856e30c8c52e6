import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from "node:crypto";
import { authorization, type SignedRequest, textToSign } from "./wire.ts";

/** A Worker key: 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const workerKeyPattern = /^[A-Za-z0-9+/]{43}=$/;

/** The bytes in front of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** A Worker's key pair. The private half stays in the process; the public half may be published. */
export interface WorkerKeyPair {
  readonly privateKey: KeyObject;
  /** The value of the binding PUBLIC_KEY: the 32 bytes of the public key as base64url without padding (`x` of a JWK). */
  readonly publicKey: string;
}

/**
 * Derives the key pair of one Worker: HKDF-SHA-256 (RFC 5869) with the UTF-8 bytes of the trimmed Worker key as the input key,
 * the account's id as the salt and `queue-seeder worker v1 NAME` as the info gives 32 bytes, the Ed25519 seed (RFC 8032). So
 * Workers of other accounts and names have other keys, and the key itself is deployed nowhere.
 *
 * @param workerKey the secret of the stack's configuration, `queue-seeder:workerKey`
 * @param accountId 32 hex digits
 * @param name the Worker's name
 */
export function deriveKeyPair(workerKey: string, accountId: string, name: string): WorkerKeyPair {
  const seed = Buffer.from(hkdfSync("sha256", workerKey.trim(), accountId, `queue-seeder worker v1 ${name}`, 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw new Error("An Ed25519 key has no public half.");
  return { privateKey, publicKey: x };
}

/** Returns the header `authorization` of a request. @param body the exact bytes that are sent; empty for a GET */
export function signRequest(
  privateKey: KeyObject,
  request: Omit<SignedRequest, "bodyDigest">,
  body: string | Uint8Array,
): string {
  const bodyDigest = createHash("sha256").update(body).digest("hex");
  const text = textToSign({ ...request, bodyDigest });
  return authorization(request.time, bodyDigest, sign(null, Buffer.from(text), privateKey).toString("base64"));
}
