import { DataFileError } from "../../manifest/index.ts";
import {
  createDigest,
  type Digest,
  encodeMessage,
  formatManifestLine,
  manifestDigest,
  messageDigest,
  withDigests,
} from "../../plan/index.ts";
import type { EncodedMessage, FileContent, Message } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { firstRow, rowLabel } from "../ledger/row-ledger.ts";
import type { SegmentInputs } from "../state/segment.ts";
import { parseInlineMessages } from "./inline-messages.ts";
import { loadContent, resolveMessage } from "./manifest-messages.ts";

/** A segment's messages as the repository has them, which are those that were planned. */
export interface MessageSource {
  readonly digests: readonly Digest[];
  /** Complete, for requests and nothing else, some at once, in order. @throws Refusal when one has changed meanwhile */
  encode(indices: readonly number[]): AsyncIterable<readonly EncodedMessage[]>;
}

/**
 * Reads a segment's messages from the repository at the moment of the push. Those of a data file are read once for what
 * they are known by and, where they are large, once more for the push, so that memory does not grow with them.
 *
 * @throws Refusal when they are no longer what was planned, or cannot be completed, before anything was sent
 */
export async function openMessageSource(inputs: SegmentInputs, host: ProviderHost): Promise<MessageSource> {
  if (inputs.inlineMessages !== undefined)
    return messageSource(parseInlineMessages(inputs.inlineMessages).messages, inputs, host);
  const content = await loadContent(inputs, host);
  return content?.kind === "file"
    ? rowSource(content, inputs, host)
    : messageSource(content?.messages ?? [], inputs, host);
}

function messageSource(messages: readonly Message[], inputs: SegmentInputs, host: ProviderHost): MessageSource {
  const keys = withDigests(messages);
  assertUnchanged(inputs, manifestDigest(keys));
  return {
    digests: keys.map(({ digest }) => digest),
    async *encode(indices) {
      yield indices.flatMap((index) => {
        const message = messages[index];
        return message === undefined ? [] : [encodeMessage(resolveMessage(message, inputs, host), index)];
      });
    },
  };
}

/** Bytes of the bodies of a segment that stay in memory between the two readings, so that there is only one. */
const cacheLimitBytes = 8_000_000;

async function rowSource(content: FileContent, inputs: SegmentInputs, host: ProviderHost): Promise<MessageSource> {
  const digests: Digest[] = [];
  const planned = createDigest("manifest");
  const held: (readonly EncodedMessage[])[] = [];
  for await (const some of readRows(content, inputs)) {
    for (const { message } of some) {
      const digest = messageDigest(message);
      digests.push(digest);
      planned.add(formatManifestLine({ digest, id: message.id, delaySeconds: message.delaySeconds }));
    }
    // What cannot be completed is refused before the first row goes.
    const encoded = some.map((row) => encodeRow(row, inputs, host));
    if (inputs.bytes <= cacheLimitBytes) held.push(encoded);
  }
  assertUnchanged(inputs, planned.digest());
  return {
    digests,
    async *encode(indices) {
      const desired = new Set(indices);
      if (held.length > 0) {
        for (const some of held) yield some.filter(({ index }) => desired.has(index));
        return;
      }
      for await (const some of readUnchangedRows(content, inputs, digests)) {
        yield some.filter(({ index }) => desired.has(index)).map((row) => encodeRow(row, inputs, host));
      }
    },
  };
}

/** A row of a segment. */
interface Row {
  /** Number in the segment, from 0. */
  readonly index: number;
  readonly message: Message;
}

function encodeRow({ index, message }: Row, inputs: SegmentInputs, host: ProviderHost): EncodedMessage {
  return encodeMessage(resolveMessage(message, inputs, host), index, rowLabel(firstRow(inputs), index));
}

/** The rows read once more. @throws Refusal when one of them is not what it was */
async function* readUnchangedRows(
  content: FileContent,
  inputs: SegmentInputs,
  digests: readonly Digest[],
): AsyncGenerator<readonly Row[]> {
  let rows = 0;
  for await (const some of readRows(content, inputs)) {
    for (const { index, message } of some) {
      const digest = messageDigest(message);
      if (digest !== digests[index]) assertUnchanged(inputs, digest);
    }
    rows += some.length;
    yield some;
  }
  if (rows < digests.length) assertUnchanged(inputs, `only ${rows} rows`);
}

/** The digests of the rows that the segment has in the repository now. @throws Refusal when the file cannot be read */
export async function readDigests(inputs: SegmentInputs, host: ProviderHost): Promise<readonly Digest[]> {
  return (await openMessageSource(inputs, host)).digests;
}

/** The rows of one segment, as they are in the file. */
async function* readRows(content: FileContent, inputs: SegmentInputs): AsyncGenerator<readonly Row[]> {
  let index = 0;
  try {
    for await (const messages of content.read(firstRow(inputs))) {
      const rows = messages.map((message) => ({ index: index++, message }));
      yield rows.filter((each) => each.index < inputs.messages);
      if (index >= inputs.messages) return;
    }
  } catch (error) {
    if (error instanceof DataFileError) throw new SeederError("MANIFEST_INVALID", error.message);
    throw error;
  }
}

function assertUnchanged({ file, digest }: SegmentInputs, found: Digest): void {
  if (found === digest) return;
  throw new SeederError(
    "MANIFEST_CHANGED",
    `${file}, or a file that it names, is not what was planned (planned ${digest}, found ${found}). ` +
      "Run it again; nothing more was pushed.",
  );
}
