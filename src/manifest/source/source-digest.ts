import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectPath, isFileError } from "../../file-error.ts";
import { type Digest, digestText } from "../../plan/index.ts";
import type { JsonValue } from "../../types.ts";
import type { LookupResult } from "../template/variables.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { fileChunks } from "./file-chunks.ts";

/** Everything but the bytes of a data file that decides what its messages are. */
export interface ReadingContext {
  readonly document: ManifestDocument;
  /** The manifest's defaults, with their variables replaced. */
  readonly defaults: object;
  /** The variables of the map with their values, by name, without those that each row sets. */
  readonly variables: ReadonlyMap<string, LookupResult>;
  /** Digests of the body schemas, each with every file that it refers to. */
  readonly schemas: readonly string[];
}

/**
 * Returns a text with everything in the context that decides what the messages are.
 *
 * @returns undefined if a part of it must not be recorded, or is not known here: secrets, whose sizes decide whether bodies fit
 */
export function describeContext({ document, defaults, variables, schemas }: ReadingContext): string | undefined {
  const values: (readonly [string, JsonValue, string?])[] = [];
  for (const [name, found] of variables) {
    if (found.kind !== "value") return undefined;
    values.push(found.text === undefined ? [name, found.value] : [name, found.value, found.text]);
  }
  const { file, number, value } = document;
  // The file's whole text, because comments may silence warnings; and its value, because the parser decides that.
  const manifest = [file.text, number, value];
  return JSON.stringify([rulesDigest(), manifest, defaults, values.sort(byName), schemas]);
}

function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}

/**
 * Computes a digest of everything that decides the messages of a data file. Two readings with the same digest have the same
 * messages, without a problem to report. SHA-256 is the fastest of Node's cryptographic hashes on processors with instructions
 * for it (1.8 GB/s, SHA-512 0.8, BLAKE2 1.0).
 */
export class SourceDigest {
  readonly #context: string;
  readonly #bytes: Hash;
  #offset: number;

  constructor(context: string, bytes = createHash("sha256"), offset = 0) {
    this.#context = context;
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** The number of bytes that were added. */
  get offset(): number {
    return this.#offset;
  }

  /** Adds the next bytes of the file, as they are on disk. */
  add(bytes: Buffer): void {
    this.#bytes.update(bytes);
    this.#offset += bytes.length;
  }

  /** Returns a digest of the bytes so far, to which others can be added. */
  copy(): SourceDigest {
    return new SourceDigest(this.#context, this.#bytes.copy(), this.#offset);
  }

  /** Returns the digest of the bytes so far. */
  digest(): Digest {
    return digestText(`source\n${this.#bytes.copy().digest("base64url")}\n${this.#context}`);
  }
}

/** Files below this size are parsed each time: that takes less time than a read of the Pulumi state. */
const minBytes = 250_000;

/** Reports whether a data file is large enough to be recognized; false if it cannot be read. */
export function isLargeSource(path: string): boolean {
  const found = inspectPath(path);
  return found.kind === "file" && found.size >= minBytes;
}

/** Bytes per read: a read costs as much as the digest of 20 KB, and much more than this would not fit into the processor's cache. */
const chunkBytes = 256 * 1024;

export interface DigestOptions {
  /** Where prefixes may end. */
  readonly offsets?: Iterable<number>;
  /** Aborted if the digests are not needed any more. */
  readonly stop?: AbortSignal;
}

/**
 * Reads a file for its digests only.
 *
 * @returns the digest of the whole file, which is the last one, after those of the prefixes; empty if the file cannot be read, or if
 *   the reading was stopped
 */
export async function digestSource(
  path: string,
  context: string,
  { offsets = [], stop }: DigestOptions,
): Promise<readonly SourceDigest[]> {
  const digest = new SourceDigest(context);
  const prefixes: SourceDigest[] = [];
  const ends = [...new Set(offsets)].sort((a, b) => b - a);
  try {
    for await (const chunk of fileChunks(path, chunkBytes)) {
      if (stop?.aborted) return [];
      const start = digest.offset;
      for (let end = ends.at(-1); end !== undefined && end <= start + chunk.length; end = ends.at(-1)) {
        digest.add(chunk.subarray(digest.offset - start, end - start));
        prefixes.push(digest.copy());
        ends.pop();
      }
      digest.add(chunk.subarray(digest.offset - start));
    }
  } catch (error) {
    if (isFileError(error)) return [];
    throw error;
  }
  return [...prefixes, digest];
}

const src = join(import.meta.dirname, "../..");

/** The folders of `src/` with the code that turns a data file into messages and segments; `""` is `src/` itself. */
const folders = ["", "manifest", "plan"];

let rules: string | undefined;

/**
 * Returns a digest of the rules by which data files are read: the code of this version and the versions of its dependencies. It is
 * computed from the files, because a number that is incremented by hand would be forgotten one day, and a file would then
 * keep the messages of the old rules. It does not depend on Node's version. Costs about 5 ms, once per process.
 */
function rulesDigest(): string {
  rules ??= digestCode();
  return rules;
}

function digestCode(): string {
  const hash = createHash("sha256");
  const { version, dependencies } = JSON.parse(readFileSync(join(src, "../package.json"), "utf8"));
  hash.update(JSON.stringify([version, dependencies]));
  for (const folder of folders) {
    const files = readdirSync(join(src, folder), { recursive: folder !== "", encoding: "utf8" });
    for (const file of files.filter((file) => /\.(?:ts|js)$/.test(file)).sort()) {
      hash.update(`\0${folder}/${file}\0`);
      hash.update(readFileSync(join(src, folder, file)));
    }
  }
  return hash.digest("base64url");
}
