import type { InDoubtPolicy, PushMode } from "../src/types.ts";
import type { MessageArgs } from "./message-args.ts";
import type * as pulumi from "./pulumi-internals/sdk.ts";

/** Arguments for manifests in the repository. */
export interface ManifestFileArgs {
  /** A manifest file or a folder of them, relative to the project's folder (the one with Pulumi.yaml). */
  readonly path: string;
  /** The id of the queue of all these manifests, which must then use the same queue name. Required without `queues`. */
  readonly queueId?: pulumi.Input<string> | undefined;
  /** The id of each queue, by the names that the manifests use. Required without `queueId`, and not allowed with it. */
  readonly queues?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** The id of the Cloudflare account. Default: the stack's `queue-seeder:accountId`, or else CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
}

/** Arguments for messages that the program creates, for example from outputs of other resources. */
export interface MessageValuesArgs {
  /** The messages to push. Their number, and any value in them, may be an output. */
  readonly messages: pulumi.Input<readonly MessageArgs[]>;
  /** The id of the queue. */
  readonly queueId: pulumi.Input<string>;
  /** The id of the Cloudflare account. Default: the stack's `queue-seeder:accountId`, or else CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
  /**
   * Name of the queue for display, and for its settings in the stack's `queue-seeder:queues`. Default: the component's name.
   */
  readonly queue?: string | undefined;
  /** When the messages are pushed. Default: "once". */
  readonly push?: PushMode | undefined;
  /** What to do with messages whose request got no answer. Default: the stack's `queue-seeder:inDoubt`, or else "resend". */
  readonly inDoubt?: InDoubtPolicy | undefined;
  /** Whether the bodies are Pulumi secrets, which the state stores encrypted. Default: true. */
  readonly secrets?: boolean | undefined;
}

/** Arguments of a `MessageManifest`: with `path` for manifests in the repository, with `messages` for those of the program. */
export type MessageManifestArgs = ManifestFileArgs | MessageValuesArgs;
