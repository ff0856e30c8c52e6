import { firstRow } from "../../../lifecycle/ledger/row-ledger.ts";
import type { SegmentInputs } from "../../../lifecycle/state/segment.ts";
import { messageDigest } from "../../../plan/index.ts";
import type { Content, Manifest, Message } from "../../../types.ts";

/** Reads the messages of a manifest in chunks, in order. @param from number of messages to skip */
export type ReadMessages = (from: number) => AsyncIterable<readonly Message[]>;

export function createMessageReader({ content }: Pick<Manifest, "content">): ReadMessages {
  return (from) => selectMessages(content, from);
}

/** A message of one of several segments that are read together. */
export interface SegmentMessage {
  /** Index of its segment among those that are read, from 0. */
  readonly segment: number;
  /** Index of the message in its segment, from 0. */
  readonly index: number;
  readonly message: Message;
}

/** Reads the messages of consecutive segments in one pass, in chunks. */
export async function* readSegments(
  segments: readonly { readonly inputs: SegmentInputs }[],
  messagesFrom: ReadMessages,
): AsyncGenerator<readonly SegmentMessage[]> {
  const [first] = segments;
  if (first === undefined) return;
  let segment = 0;
  let index = 0;
  for await (const some of messagesFrom(firstRow(first.inputs))) {
    const read: SegmentMessage[] = [];
    for (const message of some) {
      while (index === segments[segment]?.inputs.messages) {
        segment += 1;
        index = 0;
      }
      if (segment === segments.length) break;
      read.push({ segment, index, message });
      index += 1;
    }
    yield read;
    if (segment === segments.length) return;
  }
}

/** Reads the digests of a segment's messages, in order. */
export async function readDigests(segment: {
  readonly messages: () => AsyncIterable<readonly Message[]>;
}): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const some of segment.messages()) digests.push(...some.map(messageDigest));
  return digests;
}

async function* selectMessages(content: Content, from: number): AsyncGenerator<readonly Message[]> {
  if (content.kind === "inline") yield content.messages.slice(from);
  else yield* content.read(from);
}

/** Reads the messages of one segment, in chunks. */
export async function* readSegment(
  messagesFrom: ReadMessages | undefined,
  inputs: SegmentInputs,
): AsyncGenerator<readonly Message[]> {
  if (messagesFrom === undefined) return;
  let left = inputs.messages;
  for await (const some of messagesFrom(firstRow(inputs))) {
    yield some.slice(0, left);
    left -= some.length;
    if (left <= 0) return;
  }
}
