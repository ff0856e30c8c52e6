import type { InDoubtPolicy, PushMode } from "../src/types.ts";
import type { MessageArgs } from "./message-args.ts";
import type * as pulumi from "./pulumi-internals/sdk.ts";

/** Arguments for manifests in the repository. */
export interface ManifestFileArgs {
  /** A manifest file or a folder of them, relative to the project's folder (the one with Pulumi.yaml). */
  readonly path: string;
  /** The queue of all these manifests, which must then use the same queue name. */
  readonly queueId?: pulumi.Input<string> | undefined;
  /** The queue ids by the names that the manifests use, instead of `queueId`. */
  readonly queues?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Default: the stack's `queue-seeder:accountId`, or CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
}

/** Arguments for messages that the program creates, for example from outputs of other resources. */
export interface MessageValuesArgs {
  readonly messages: pulumi.Input<readonly MessageArgs[]>;
  readonly queueId: pulumi.Input<string>;
  /** Default: the stack's `queue-seeder:accountId`, or CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
  /** Name of the queue for display. Default: the component's name. */
  readonly queue?: string | undefined;
  /** Default: "once". */
  readonly push?: PushMode | undefined;
  /** What to do with messages whose request got no response. Default: the stack's `queue-seeder:inDoubt`, or "resend". */
  readonly inDoubt?: InDoubtPolicy | undefined;
  /** Whether the bodies are Pulumi secrets, which the state stores encrypted. Default: true. */
  readonly secrets?: boolean | undefined;
}

export type MessageManifestArgs = ManifestFileArgs | MessageValuesArgs;
