import type { InlineMessage } from "../src/lifecycle/state/segment.ts";
import type { ContentType } from "../src/types.ts";
import { toJsonText } from "./json-text.ts";
import * as pulumi from "./pulumi.ts";

/** A message that a program gives. */
export interface MessageArgs {
  /** What the ledger knows the message by. Without it the body itself is what it is known by. It is not sent. */
  readonly id?: pulumi.Input<string> | undefined;
  /** Any JSON value; outputs may stand in its place, or anywhere in it. Text where `contentType` is "text". */
  readonly body: unknown;
  /** Default: "json". */
  readonly contentType?: pulumi.Input<ContentType> | undefined;
  /** 0 to 86,400. Default: the queue's own delay. */
  readonly delaySeconds?: pulumi.Input<number> | undefined;
}

/** A message as the resource's inputs have it. */
type InlineMessageInput = { readonly [Name in keyof InlineMessage]: pulumi.Input<InlineMessage[Name]> };

/**
 * Makes the messages ready for the engine. Each body is a value of its own, so that one that is not known yet leaves the
 * others known; and each is JSON already, so that nothing on its way to the provider takes it for something else.
 *
 * @param secret whether the engine is to encrypt the bodies in its state, whatever they are made of
 */
export function toInlineMessages(
  messages: pulumi.Input<readonly MessageArgs[]>,
  secret: boolean,
): pulumi.Input<readonly InlineMessageInput[]> {
  const given = (known: readonly MessageArgs[]) => known.map((message) => toInlineMessage(message, secret));
  return isList(messages)
    ? given(messages)
    : (pulumi.output(messages) as unknown as pulumi.Output<MessageArgs[]>).apply(given);
}

function toInlineMessage({ id, body, contentType, delaySeconds }: MessageArgs, secret: boolean): InlineMessageInput {
  const text = (pulumi.output(body) as pulumi.Output<unknown>).apply(toJsonText);
  return {
    ...(id !== undefined && { id }),
    body: secret ? pulumi.secret(text) : text,
    ...(contentType !== undefined && { contentType }),
    ...(delaySeconds !== undefined && { delaySeconds }),
  };
}

function isList(messages: pulumi.Input<readonly MessageArgs[]>): messages is readonly MessageArgs[] {
  return Array.isArray(messages);
}
