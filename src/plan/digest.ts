import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { JsonValue, Message } from "../types.ts";

/**
 * Version of the digest's algorithm, carried by every digest, so that a later algorithm can tell the old ones apart
 * and push nothing anew. v1: SHA-256 cut to 128 bits, in base64url (22 characters).
 */
const version = "v1";

const digestPattern = /^v1:[A-Za-z0-9_-]{22}$/;

/** A digest: `v1:` and 22 characters of base64url. */
export type Digest = string;

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/**
 * What a message is known by when it has no id: its content type and its body in canonical form (RFC 8785), so that
 * spaces, key order and the YAML around it do not count. The delay does not count either: it says when, not what. Of a
 * secret only its place counts, so that a rotated one pushes nothing.
 *
 * @throws Error when the body holds what JSON cannot (NaN, a lone surrogate); the manifest's checks refuse those before.
 */
export function messageDigest(message: Pick<Message, "contentType" | "body" | "secrets">): Digest {
  return hash(`message\n${message.contentType}\n${canonicalText(message.body)}${slotsText(message.secrets)}`);
}

/** Tells a place for a secret from the same characters meant literally; nothing for a message without secrets. */
function slotsText(slots: Message["secrets"] = []): string {
  const lines = slots.map(({ name, path, at }) => JSON.stringify([name, path, at])).sort();
  return lines.length === 0 ? "" : `\nsecrets\n${lines.join("\n")}`;
}

/**
 * What a manifest's messages are known by as a whole: each message's digest, id and delay, in order. It tells `on_change`
 * that anything changed, and the provider that it reads what was planned.
 */
export function manifestDigest(messages: readonly (MessageKey & Pick<Message, "delaySeconds">)[]): Digest {
  const lines = messages.map(({ digest, id, delaySeconds }) =>
    JSON.stringify([digest, id ?? null, delaySeconds ?? null]),
  );
  return hash(`manifest\n${lines.join("\n")}`);
}

/** Messages with what they are known by: what the ledger, the plan and {@link manifestDigest} are made of. */
export function keyed(messages: readonly Message[]): readonly (Message & MessageKey)[] {
  return messages.map((message) => ({ ...message, digest: messageDigest(message) }));
}

/** What the ledger knows of a message. */
export interface MessageKey {
  readonly digest: Digest;
  readonly id: string | undefined;
}

function canonicalText(body: JsonValue): string {
  const text = canonicalize(body);
  if (text === undefined) throw new Error("a message's body is not a JSON value");
  return text;
}

function hash(text: string): Digest {
  return `${version}:${createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url")}`;
}
