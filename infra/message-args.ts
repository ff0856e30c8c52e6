import type { InlineMessage } from "../src/lifecycle/state/segment.ts";
import type { ContentType } from "../src/types.ts";
import { toJsonText } from "./json-text.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** A message that a program passes. */
export interface MessageArgs {
  /** Identifies the message in the ledger: 1 to 200 characters, not sent. Default: the digest of the body identifies it. */
  readonly id?: pulumi.Input<string> | undefined;
  /**
   * Any JSON value of at most 127,900 bytes, in which outputs are allowed at any depth. A string if `contentType` is "text". A value
   * without a JSON form, such as a function, stops the run with `BODY_NOT_JSON`.
   */
  readonly body: unknown;
  /** How the queue delivers the body. Default: "json". */
  readonly contentType?: pulumi.Input<ContentType> | undefined;
  /** Whole seconds until the queue delivers the message, from 0 to 86,400. Default: the queue's own delay. */
  readonly delaySeconds?: pulumi.Input<number> | undefined;
}

/** A message in the inputs of the resource. */
type InlineMessageInput = { readonly [Name in keyof InlineMessage]: pulumi.Input<InlineMessage[Name]> };

/**
 * Converts messages to resource inputs. Each body is a separate value, so that one that is not known yet does not make the others
 * unknown; and each is already JSON text, so that nothing between here and the provider can reinterpret it.
 *
 * @param secret whether Pulumi encrypts the bodies in its state, even if no part of them is a secret
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
