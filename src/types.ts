/** The nouns that every folder shares. Types only: whoever reads this file knows the product's words. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type ContentType = "json" | "text";

/** When a message goes: once for each stack, all again when any changed, or all on every `up`. */
export type PushMode = "once" | "on_change" | "every_deploy";

/** What to do with messages of which nobody knows whether they are in the queue. */
export type InDoubtPolicy = "resend" | "stop";

/** Where something stands in a file. `line` and `column` count from 1, `column` in UTF-16 code units. */
export interface SourceLocation {
  /** Path with forward slashes, relative to the repository. Never absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A message as the API takes it, with the author's optional id. */
export interface Message {
  readonly id: string | undefined;
  /** A string where `contentType` is "text". */
  readonly body: JsonValue;
  /** The body's JSON without spaces, where its reader has made it anyway; who changes the body leaves it out. */
  readonly json?: string;
  readonly contentType: ContentType;
  /** Seconds, 0 to 86,400; undefined: the queue's own delay. */
  readonly delaySeconds: number | undefined;
  /** Where secrets go in the body, in order; absent: nowhere, the body is complete. */
  readonly secrets?: readonly SecretSlot[];
  /** Values of secrets that are in the body by now; absent: none. */
  readonly secretValues?: readonly string[];
  /** What the push adds to the body; absent: nothing. It is no part of what the message is known by. */
  readonly dedupKey?: DedupKey;
  /** Names of variables in the body that get other values without an edit; absent: there is none, or no id to be edited under. */
  readonly variables?: readonly string[];
  readonly location: SourceLocation;
}

/** A key of the body that gets the same value each time the message is sent, so that a consumer can drop doubles. */
export interface DedupKey {
  readonly field: string;
  readonly value: string;
}

/** A place in a body for a secret. Its value gets there at the push, and nowhere else. */
export interface SecretSlot {
  readonly name: string;
  /** `env`: an environment variable that is named like a secret; absent: a secret of the stack's configuration. */
  readonly from?: "env";
  /** Keys and indexes that lead to a text in the body, which holds `${secret.NAME}` or `${env.NAME}` at `at`. */
  readonly path: readonly (string | number)[];
  /** In UTF-16 code units from the start of that text. */
  readonly at: number;
}

/** One YAML document: a queue and its messages. */
export interface Manifest {
  /** Unique in the repository: `name:`, or the path under messages/ without its ending. */
  readonly name: string;
  /** The name by which the stack's config knows the queue. */
  readonly queue: string;
  readonly push: PushMode;
  /** What becomes of messages whose request got no answer: sent again (at least once), or never (at most once). */
  readonly inDoubt: InDoubtPolicy;
  /** Stack name patterns; undefined: every stack. */
  readonly stacks: readonly string[] | undefined;
  /** Names of manifests to push before this one; some may be for other stacks, and are passed over. */
  readonly after: readonly string[];
  readonly requires: QueueRequirements;
  /** The key of each body that gets a stable id; undefined: bodies stay as they are. */
  readonly dedupField: string | undefined;
  /** Names that this manifest had before: what the ledger has under them is its own. */
  readonly formerNames: readonly string[];
  /** Where these names are written. */
  readonly formerNamesAt: SourceLocation;
  readonly content: Content;
  readonly location: SourceLocation;
}

/** What a queue must be like before the first message of a manifest is pushed. */
export interface QueueRequirements {
  /** It has a consumer. */
  readonly consumer: boolean;
  /** Its delivery is not paused. */
  readonly notPaused: boolean;
  /** At most so many messages are in it; undefined: however many. */
  readonly maxBacklog: number | undefined;
}

/** Where a manifest's messages are. */
export type Content = InlineContent | FileContent;

export interface InlineContent {
  readonly kind: "inline";
  readonly messages: readonly Message[];
}

/** Messages in a data file, which may be larger than memory. */
export interface FileContent {
  readonly kind: "file";
  /** Path of the data file, as in {@link SourceLocation}. */
  readonly file: string;
  /** Number of messages, and the bytes of their bodies; undefined where the file was not read. */
  readonly size: { readonly messages: number; readonly bytes: number } | undefined;
  /**
   * Streams the messages in their order, some at once.
   *
   * @param from number of messages at the start to pass over; default 0
   * @throws DataFileError when the file has problems by now
   */
  read(from?: number): AsyncIterable<readonly Message[]>;
}

/** The queue that a segment pushes to. */
export interface QueueRef {
  readonly accountId: string;
  readonly queueId: string;
}

/** A queue's metrics as the API returns them, names unchanged. Best effort; a timestamp of 0 means unknown. */
export interface QueueMetrics {
  readonly backlog_count: number;
  readonly backlog_bytes: number;
  /** Milliseconds since the epoch. */
  readonly oldest_message_timestamp_ms: number;
}

/** A message made ready for the wire: serialized once, measured once. */
export interface EncodedMessage {
  /** Index of the message in its segment. */
  readonly index: number;
  /** What the message is called in errors: its id, or `#` and its number from 1. */
  readonly label: string;
  /** The JSON text of the body, which goes into the request as it is. */
  readonly bodyJson: string;
  /** UTF-8 bytes of the text, or of the JSON of the body, as the API counts them. */
  readonly bytes: number;
  readonly contentType: ContentType;
  readonly delaySeconds: number | undefined;
  /** As in {@link Message}: what no error may show. */
  readonly secretValues?: readonly string[];
}

/** The messages of one request, within the API's limits. */
export type Batch = readonly EncodedMessage[];
