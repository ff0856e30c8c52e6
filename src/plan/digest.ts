import { createHash, hash as hashOnce } from "node:crypto";
import type { Message, VerbatimMessage } from "../types.ts";
import { canonicalText } from "./canonical-json.ts";
import { readBody } from "./encode-message.ts";

/**
 * The version of the digest's algorithm, part of every digest, so that a later algorithm can recognize old digests and push
 * nothing again. v1: SHA-256 truncated to 128 bits, in base64url (22 characters).
 */
const version = "v1";

const digestPattern = /^v1:[A-Za-z0-9_-]{22}$/;

/** A digest: `v1:` and 22 characters of base64url. */
export type Digest = string;

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** The parts of a message that identify it. */
type DigestedBody = Pick<Message, "contentType" | "body" | "json" | "canonical" | "secrets"> | VerbatimMessage;

/**
 * Computes the digest that identifies a message without an id: a hash of its content type and its canonical body (RFC 8785), so
 * that whitespace, key order and YAML style do not matter. The delay is not included, because it does not change the content.
 * Only the position of a secret is hashed, so that a rotated secret pushes nothing.
 *
 * @throws Error if JSON cannot represent the body (NaN, a lone surrogate); the manifest's checks refuse such bodies earlier
 */
export function messageDigest(message: DigestedBody): Digest {
  const { contentType, secrets } = message;
  const canonical = message.canonical ?? canonicalText(readBody(message), message.json);
  return digestText(`message\n${contentType}\n${canonical}${formatSlots(secrets)}`);
}

/** Distinguishes a secret's placeholder from the same literal characters; "" for a message without secrets. */
function formatSlots(slots: Message["secrets"] = []): string {
  const lines = slots
    .map(({ name, path, at, from }) => JSON.stringify(from ? [name, path, at, from] : [name, path, at]))
    .sort();
  return lines.length === 0 ? "" : `\nsecrets\n${lines.join("\n")}`;
}

/** The input of {@link manifestDigest}. */
export type DigestedMessage = MessageKey & Pick<Message, "delaySeconds">;

/**
 * Computes the digest of a manifest's messages: a hash of each message's digest, id and delay, in order. `on_change` uses it to
 * detect changes, and the provider to verify that it reads the planned messages.
 */
export function manifestDigest(messages: Iterable<DigestedMessage>): Digest {
  const running = createDigest("manifest");
  for (const message of messages) running.add(formatManifestLine(message));
  return running.digest();
}

/** Returns a message's line in {@link manifestDigest}, for callers that read messages one by one. */
export function formatManifestLine({ digest, id, delaySeconds }: DigestedMessage): string {
  // The same text as JSON.stringify of an array, in a quarter of the time: it runs for every row of every file.
  return `["${digest}",${id === undefined ? "null" : JSON.stringify(id)},${delaySeconds ?? "null"}]`;
}

/** Computes the digest of rows of a data file in the ledger, from the digests of their messages, in order. */
export function rowsDigest(digests: Iterable<Digest>): Digest {
  const running = createDigest("rows");
  for (const digest of digests) running.add(digest);
  return running.digest();
}

/** An incremental digest of lines, which are never in memory together. */
export interface IncrementalDigest {
  add(line: string): void;
  /** Returns the digest of all lines. Call it once. */
  digest(): Digest;
}

/** Characters that are hashed together: few, since their lines are in memory until then. */
const chunkBytes = 8_000;

export function createDigest(kind: "manifest" | "rows"): IncrementalDigest {
  const hash = createHash("sha256");
  // A call per line would cost more than the hash itself.
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

/** Adds keys to messages, for the ledger, the plan and {@link manifestDigest}. */
export function withDigests(messages: readonly Message[]): readonly (Message & MessageKey)[] {
  return messages.map((message) => ({ ...message, digest: messageDigest(message) }));
}

/** The identity of a message in the ledger. */
export interface MessageKey {
  readonly digest: Digest;
  readonly id: string | undefined;
  /** For equal messages without ids, from the second on: its number. Their delays and dedup keys may differ. */
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

/** Computes the digest of a short text. */
export function digestText(text: string): Digest {
  return encodeDigest(hashOnce("sha256", text, "base64url"));
}

/** The form of a digest, in which {@link encodeDigest} replaces the 22 characters after the prefix. */
const form = Buffer.from(`${version}:${"A".repeat(22)}`, "latin1");
const prefixLength = form.length - 22;

/**
 * Truncates 256 bits in base64url to 128: the last of 22 characters has two significant bits. The text is written as a whole: one
 * of two parts would keep both of them, and all of `sha256`, in memory, which is three times as much for each row.
 */
function encodeDigest(sha256: string): Digest {
  form.write(sha256, prefixLength, 21, "latin1");
  form[form.length - 1] = lastCharacters[sha256.charCodeAt(21)] ?? 0;
  return form.toString("latin1");
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Maps the code of each character to that of the one with only its first two bits. */
const lastCharacters = new Uint8Array(128);
for (const [bits, character] of [...alphabet].entries()) {
  lastCharacters[character.charCodeAt(0)] = alphabet.charCodeAt(bits & 0b110000);
}
