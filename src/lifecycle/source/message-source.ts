import { DataFileError } from "../../manifest/index.ts";
import {
  type Digest,
  keyed,
  manifestDigest,
  manifestLine,
  messageDigest,
  runningDigest,
  toParcel,
} from "../../plan/index.ts";
import type { FileContent, Message, Parcel } from "../../types.ts";
import { Refusal } from "../errors.ts";
import type { Ports } from "../host.ts";
import { firstRow, rowLabel } from "../ledger/row-ledger.ts";
import type { SegmentInputs } from "../state/segment.ts";
import { readGiven } from "./inline-messages.ts";
import { completeMessage, readContent } from "./manifest-messages.ts";

/** A segment's messages as the repository has them, which are those that were planned. */
export interface Feed {
  readonly digests: readonly Digest[];
  /** Complete, for requests and nothing else, some at once, in order. @throws Refusal when one has changed meanwhile */
  parcels(indices: readonly number[]): AsyncIterable<readonly Parcel[]>;
}

/**
 * Reads a segment's messages from the repository at the moment of the push. Those of a data file are read once for what
 * they are known by and, where they are large, once more for the push, so that memory does not grow with them.
 *
 * @throws Refusal when they are no longer what was planned, or cannot be completed, before anything was sent
 */
export async function openFeed(inputs: SegmentInputs, ports: Ports): Promise<Feed> {
  if (inputs.inlineMessages !== undefined)
    return messagesFeed(readGiven(inputs.inlineMessages).messages, inputs, ports);
  const content = await readContent(inputs, ports);
  return content?.kind === "file"
    ? rowsFeed(content, inputs, ports)
    : messagesFeed(content?.messages ?? [], inputs, ports);
}

function messagesFeed(messages: readonly Message[], inputs: SegmentInputs, ports: Ports): Feed {
  const keys = keyed(messages);
  refuseChanged(inputs, manifestDigest(keys));
  return {
    digests: keys.map(({ digest }) => digest),
    async *parcels(indices) {
      yield indices.flatMap((index) => {
        const message = messages[index];
        return message === undefined ? [] : [toParcel(completeMessage(message, inputs, ports), index)];
      });
    },
  };
}

/** Bytes of the bodies of a segment that stay in memory between the two readings, so that there is only one. */
const heldBytes = 8_000_000;

async function rowsFeed(content: FileContent, inputs: SegmentInputs, ports: Ports): Promise<Feed> {
  const digests: Digest[] = [];
  const planned = runningDigest("manifest");
  const held: (readonly Parcel[])[] = [];
  for await (const some of rowsOf(content, inputs)) {
    for (const { message } of some) {
      const digest = messageDigest(message);
      digests.push(digest);
      planned.add(manifestLine({ digest, id: message.id, delaySeconds: message.delaySeconds }));
    }
    // What cannot be completed is refused before the first row goes.
    const parcels = some.map((row) => rowParcel(row, inputs, ports));
    if (inputs.bytes <= heldBytes) held.push(parcels);
  }
  refuseChanged(inputs, planned.digest());
  return {
    digests,
    async *parcels(indices) {
      const wanted = new Set(indices);
      if (held.length > 0) {
        for (const some of held) yield some.filter(({ index }) => wanted.has(index));
        return;
      }
      for await (const some of unchangedRows(content, inputs, digests)) {
        yield some.filter(({ index }) => wanted.has(index)).map((row) => rowParcel(row, inputs, ports));
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

function rowParcel({ index, message }: Row, inputs: SegmentInputs, ports: Ports): Parcel {
  return toParcel(completeMessage(message, inputs, ports), index, rowLabel(firstRow(inputs), index));
}

/** The rows read once more. @throws Refusal when one of them is not what it was */
async function* unchangedRows(
  content: FileContent,
  inputs: SegmentInputs,
  digests: readonly Digest[],
): AsyncGenerator<readonly Row[]> {
  let rows = 0;
  for await (const some of rowsOf(content, inputs)) {
    for (const { index, message } of some) {
      const digest = messageDigest(message);
      if (digest !== digests[index]) refuseChanged(inputs, digest);
    }
    rows += some.length;
    yield some;
  }
  if (rows < digests.length) refuseChanged(inputs, `only ${rows} rows`);
}

/** The digests of the rows that the segment has in the repository now. @throws Refusal when the file cannot be read */
export async function readDigests(inputs: SegmentInputs, ports: Ports): Promise<readonly Digest[]> {
  return (await openFeed(inputs, ports)).digests;
}

/** The rows of one segment, as they are in the file. */
async function* rowsOf(content: FileContent, inputs: SegmentInputs): AsyncGenerator<readonly Row[]> {
  let index = 0;
  try {
    for await (const messages of content.read(firstRow(inputs))) {
      const rows = messages.map((message) => ({ index: index++, message }));
      yield rows.filter((each) => each.index < inputs.messages);
      if (index >= inputs.messages) return;
    }
  } catch (error) {
    if (error instanceof DataFileError) throw new Refusal("MANIFEST_INVALID", error.message);
    throw error;
  }
}

function refuseChanged({ file, digest }: SegmentInputs, found: Digest): void {
  if (found === digest) return;
  throw new Refusal(
    "MANIFEST_CHANGED",
    `${file}, or a file that it names, is not what was planned (planned ${digest}, found ${found}). ` +
      "Run it again; nothing more was pushed.",
  );
}
