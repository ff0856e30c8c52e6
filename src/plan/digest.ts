import { createHash, hash as hashOnce } from "node:crypto";
import type { Message } from "../types.ts";
import { canonicalText } from "./canonical-json.ts";

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
export function messageDigest(message: Pick<Message, "contentType" | "body" | "json" | "secrets">): Digest {
  const { contentType, body, json, secrets } = message;
  return digestText(`message\n${contentType}\n${canonicalText(body, json)}${formatSlots(secrets)}`);
}

/** Tells a place for a secret from the same characters meant literally; nothing for a message without secrets. */
function formatSlots(slots: Message["secrets"] = []): string {
  const lines = slots
    .map(({ name, path, at, from }) => JSON.stringify(from ? [name, path, at, from] : [name, path, at]))
    .sort();
  return lines.length === 0 ? "" : `\nsecrets\n${lines.join("\n")}`;
}

/** What {@link manifestDigest} is made of. */
export type DigestedMessage = MessageKey & Pick<Message, "delaySeconds">;

/**
 * What a manifest's messages are known by as a whole: each message's digest, id and delay, in order. It tells `on_change`
 * that anything changed, and the provider that it reads what was planned.
 */
export function manifestDigest(messages: Iterable<DigestedMessage>): Digest {
  const running = createDigest("manifest");
  for (const message of messages) running.add(formatManifestLine(message));
  return running.digest();
}

/** A message's line in {@link manifestDigest}, for those who see the messages one after another. */
export function formatManifestLine({ digest, id, delaySeconds }: DigestedMessage): string {
  // As JSON.stringify writes an array of the three, at a quarter of the cost: there is one for every row of every file.
  return `["${digest}",${id === undefined ? "null" : JSON.stringify(id)},${delaySeconds ?? "null"}]`;
}

/** What rows of a data file are known by in the ledger: the digests of their messages, in order. */
export function rowsDigest(digests: Iterable<Digest>): Digest {
  const running = createDigest("rows");
  for (const digest of digests) running.add(digest);
  return running.digest();
}

/** A digest of lines that come one after another, so that they never lie in memory together. */
export interface IncrementalDigest {
  add(line: string): void;
  /** Of the lines so far; once. */
  digest(): Digest;
}

/** Text that is hashed together. */
const chunkBytes = 64_000;

export function createDigest(kind: "manifest" | "rows"): IncrementalDigest {
  const hash = createHash("sha256");
  // A call for each line would cost more than the hash itself.
  let waiting: string = kind;
  let lines = 0;
  return {
    add(line) {
      lines += 1;
      waiting += `\n${line}`;
      if (waiting.length < chunkBytes) return;
      hash.update(waiting);
      waiting = "";
    },
    digest() {
      hash.update(lines === 0 ? `${kind}\n` : waiting);
      return encodeDigest(hash.digest("base64url"));
    },
  };
}

/** Messages with what they are known by: what the ledger, the plan and {@link manifestDigest} are made of. */
export function withDigests(messages: readonly Message[]): readonly (Message & MessageKey)[] {
  return messages.map((message) => ({ ...message, digest: messageDigest(message) }));
}

/** What the ledger knows of a message. */
export interface MessageKey {
  readonly digest: Digest;
  readonly id: string | undefined;
  /** Of equal messages without ids, from the second on: which it is. Their delays and their stamps may differ. */
  readonly copy?: number;
}

/** Numbers equal messages without ids. */
export function withCopyIndex<Key extends MessageKey>(keys: readonly Key[]): readonly Key[] {
  const seen = new Map<Digest, number>();
  return keys.map((key) => {
    if (key.id !== undefined) return key;
    const copy = (seen.get(key.digest) ?? 0) + 1;
    seen.set(key.digest, copy);
    return copy === 1 ? key : { ...key, copy };
  });
}

/** A digest of a short text. */
export function digestText(text: string): Digest {
  return encodeDigest(hashOnce("sha256", text, "base64url"));
}

/** Cuts 256 bits in base64url to 128: the last character of 22 has two of them, and four that are nothing. */
function encodeDigest(sha256: string): Digest {
  return `${version}:${sha256.slice(0, 21)}${lastCharacters[sha256.charAt(21)]}`;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** By any character: the one that has its first two bits alone. */
const lastCharacters: Readonly<Record<string, string>> = Object.fromEntries(
  [...alphabet].map((character, bits) => [character, alphabet.charAt(bits & 0b110000)]),
);
