import { formatRowLabel } from "../../labels.ts";
import { DataFileError } from "../../manifest/index.ts";
import {
  createDigest,
  createMessageSegment,
  type Digest,
  encodeMessage,
  formatManifestLine,
  manifestDigest,
  messageDigest,
  withDigests,
} from "../../plan/index.ts";
import type { EncodedMessage, FileContent, Message, RowMessage } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { firstRow, rowNumber } from "../ledger/row-ledger.ts";
import type { MessageIds } from "../ledger/types.ts";
import type { SegmentInputs } from "../state/segment.ts";
import { parseInlineMessages } from "./inline-messages.ts";
import { loadContent, resolveMessage } from "./manifest-messages.ts";

/** A segment's messages in the repository, verified against the plan. */
export interface MessageSource {
  readonly digests: readonly Digest[];
  readonly ids: MessageIds;
  /** Yields complete messages in order, in blocks, for requests only. @throws SeederError if one has changed since the plan */
  encode(indices: readonly number[]): AsyncIterable<readonly EncodedMessage[]>;
}

/**
 * Reads a segment's messages from the repository at push time. The rows of a data file are read once for their digests and, if
 * they are large, a second time for the push, so that memory use stays constant.
 *
 * @throws SeederError if the messages differ from the plan or cannot be completed; nothing was sent yet
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
    ids: keys.map(({ id }) => id),
    async *encode(indices) {
      yield indices.flatMap((index) => {
        const message = messages[index];
        return message === undefined ? [] : [encodeMessage(resolveMessage(message, inputs, host), index)];
      });
    },
  };
}

/** Maximum bytes of a segment's bodies that are kept in memory, which avoids the second read. */
const cacheLimitBytes = 8_000_000;

async function rowSource(content: FileContent, inputs: SegmentInputs, host: ProviderHost): Promise<MessageSource> {
  const digests: Digest[] = [];
  const ids: (string | undefined)[] = [];
  const planned = createDigest("manifest");
  const held: (readonly EncodedMessage[])[] = [];
  for await (const { from, messages } of readRows(content, inputs)) {
    for (const message of messages) {
      const digest = messageDigest(message);
      digests.push(digest);
      ids.push(message.id);
      planned.add(formatManifestLine({ digest, id: message.id, delaySeconds: message.delaySeconds }));
    }
    // A row that cannot be completed is rejected before the first row is sent.
    const encoded = messages.map((message, at) => encodeRow(message, from + at, inputs, host));
    if (inputs.bytes <= cacheLimitBytes) held.push(encoded);
  }
  assertUnchanged(inputs, planned.digest());
  return {
    digests,
    ids,
    async *encode(indices) {
      const desired = new Uint8Array(digests.length);
      for (const index of indices) desired[index] = 1;
      if (held.length > 0) {
        for (const some of held) yield some.filter(({ index }) => desired[index] === 1);
        return;
      }
      for await (const { from, messages } of readUnchangedRows(content, inputs, digests)) {
        yield messages.flatMap((message, at) =>
          desired[from + at] === 1 ? [encodeRow(message, from + at, inputs, host)] : [],
        );
      }
    },
  };
}

/** Consecutive rows of a segment. */
interface RowGroup {
  /** Number of the first row in the segment, from 0. */
  readonly from: number;
  readonly messages: readonly RowMessage[];
}

function encodeRow(message: RowMessage, index: number, inputs: SegmentInputs, host: ProviderHost): EncodedMessage {
  return encodeMessage(
    resolveMessage(message, inputs, host),
    index,
    formatRowLabel(rowNumber(inputs, index), message.id),
  );
}

/** Reads the rows again. @throws SeederError if a row has changed */
async function* readUnchangedRows(
  content: FileContent,
  inputs: SegmentInputs,
  digests: readonly Digest[],
): AsyncGenerator<RowGroup> {
  let rows = 0;
  for await (const group of readRows(content, inputs)) {
    for (const message of group.messages) {
      const digest = messageDigest(message);
      if (digest !== digests[rows]) assertUnchanged(inputs, digest);
      rows += 1;
    }
    yield group;
  }
  if (rows < digests.length) assertUnchanged(inputs, `only ${rows} rows`);
}

/** Computes the current digests of the segment's rows in the repository. @throws SeederError if the file cannot be read */
export async function readDigests(inputs: SegmentInputs, host: ProviderHost): Promise<readonly Digest[]> {
  return (await openMessageSource(inputs, host)).digests;
}

/**
 * Computes the current keys of a manifest's messages in the repository.
 *
 * @throws SeederError if the messages differ from the plan, or the file cannot be read
 */
export async function readKeys(inputs: SegmentInputs, host: Pick<ProviderHost, "cwd" | "variables">): Promise<string> {
  const content = await loadContent(inputs, host);
  const segment = createMessageSegment(content?.kind === "inline" ? content.messages : []);
  assertUnchanged(inputs, segment.digest);
  return segment.content.keys;
}

/** Yields the rows of one segment, unchanged from the file. */
async function* readRows(content: FileContent, inputs: SegmentInputs): AsyncGenerator<RowGroup> {
  let from = 0;
  try {
    for await (const messages of content.readRows(firstRow(inputs))) {
      const left = inputs.messages - from;
      yield { from, messages: messages.length > left ? messages.slice(0, left) : messages };
      from += messages.length;
      if (from >= inputs.messages) return;
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
