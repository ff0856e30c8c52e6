/** The types that all folders share: the terms of the domain. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** How a queue delivers a body: as the JSON value, or as a string. */
export type ContentType = "json" | "text";

/** When messages are pushed: once per stack, all again if any changed, or all on every `up`. */
export type PushMode = "once" | "on_change" | "every_deploy";

/** How messages reach a queue: through the REST API, or through the producer Worker of the account. */
export type PushTransport = "rest" | "worker";

/**
 * What to do with messages that may or may not be in the queue, because their request got no answer: send them again, so that they
 * may arrive twice, or never, so that each run fails until `queue-seeder settle` has recorded their outcome.
 */
export type InDoubtPolicy = "resend" | "stop";

/** A position in a file. `line` and `column` count from 1, `column` in UTF-16 code units. */
export interface SourceLocation {
  /** The path with forward slashes, relative to the repository. Never absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A message in the API's terms, with the author's optional id. */
export interface Message {
  readonly id: string | undefined;
  /** A string if `contentType` is "text". */
  readonly body: JsonValue;
  /** The body's JSON without whitespace, if its reader produced it; omit it when you change the body. */
  readonly json?: string;
  /** The body's canonical JSON, if its reader produced it; omit it when you change the body. */
  readonly canonical?: string | undefined;
  readonly contentType: ContentType;
  /** Seconds, 0 to 86,400; undefined for the queue's own delay. */
  readonly delaySeconds: number | undefined;
  /** The positions of secrets in the body, in order; absent if the body is complete. */
  readonly secrets?: readonly SecretSlot[];
  /** The values of secrets that were inserted into the body; absent if there are none. */
  readonly secretValues?: readonly string[];
  /** The key that the push adds to the body, if any. It does not affect the identity of the message. */
  readonly dedupKey?: DedupKey;
  /** The variables in the body whose values change without an edit; absent if there are none, or if the message has no id. */
  readonly variables?: readonly string[];
  readonly location: SourceLocation;
}

/** A row that is sent unchanged as the body of a message. It was checked without its value, so it has not been parsed. */
export interface VerbatimMessage extends Pick<Message, "id" | "contentType" | "delaySeconds" | "location"> {
  readonly body?: undefined;
  readonly json: string;
  readonly canonical: string;
  readonly secrets?: undefined;
  readonly secretValues?: undefined;
}

/** A message of a data file. `readBody` of src/plan returns its body. */
export type RowMessage = Message | VerbatimMessage;

/** A key of the body with the same value each time the message is sent, so that a consumer can drop duplicates. */
export interface DedupKey {
  readonly field: string;
  readonly value: string;
}

/** The position of a secret in a body. Its value is only inserted for the push. */
export interface SecretSlot {
  readonly name: string;
  /** `env` for an environment variable with the name of a secret; absent for a secret of the stack's configuration. */
  readonly from?: "env";
  /** The keys and indexes of a text in the body, which contains `${secret.NAME}` or `${env.NAME}` at `at`. */
  readonly path: readonly (string | number)[];
  /** The offset in that text, in UTF-16 code units. */
  readonly at: number;
}

/** One YAML document: a queue and its messages. */
export interface Manifest {
  /** Unique in the repository: `name:`, or the path under messages/ without the extension. */
  readonly name: string;
  /** The name of the queue in the stack's configuration. */
  readonly queue: string;
  readonly push: PushMode;
  /** Whether messages whose request got no answer are sent again (at least once), or never (at most once). */
  readonly inDoubt: InDoubtPolicy;
  /** Stack name patterns; undefined for every stack. */
  readonly stacks: readonly string[] | undefined;
  /** The manifests to push before this one; those for other stacks are ignored. */
  readonly after: readonly string[];
  readonly requires: QueueRequirements;
  /** The key of each body that gets a stable id; undefined to leave bodies unchanged. */
  readonly dedupField: string | undefined;
  /** Earlier names of this manifest, whose ledgers it takes over. */
  readonly formerNames: readonly string[];
  /** The location of these names. */
  readonly formerNamesAt: SourceLocation;
  readonly content: Content;
  readonly location: SourceLocation;
}

/** Conditions that a queue must meet before the first message of a manifest is pushed. */
export interface QueueRequirements {
  /** The queue must have a consumer. */
  readonly consumer: boolean;
  /** Delivery must not be paused. */
  readonly notPaused: boolean;
  /** Maximum messages in the queue; undefined for no limit. */
  readonly maxBacklog: number | undefined;
}

/** The messages of a manifest. */
export type Content = InlineContent | FileContent;

export interface InlineContent {
  readonly kind: "inline";
  readonly messages: readonly Message[];
}

/** The number of messages, and the bytes of their bodies. */
export interface ContentSize {
  readonly messages: number;
  readonly bytes: number;
}

/** The rows at the start of a data file that fill whole segments. Rows are only appended, so a later run can start after them. */
export interface FilePrefix extends ContentSize {
  /** Digest of everything that decides these messages, the bytes in front of the next row included. */
  readonly digest: string;
  /** Bytes of the file in front of the next row. */
  readonly offset: number;
  /** The line after them, from 1. */
  readonly line: number;
}

/** Messages in a data file, which may be larger than memory. */
export interface FileContent {
  readonly kind: "file";
  /** The path of the data file, as in {@link SourceLocation}. */
  readonly file: string;
  /** undefined if the file was not read. */
  readonly size: ContentSize | undefined;
  /**
   * Digest of everything that decides the messages, the file's bytes included; undefined if it is unknown. Files with the same
   * digest have the same messages.
   */
  readonly digest: string | undefined;
  /** The rows that a later run need not parse if rows are appended; undefined if there are none. */
  readonly prefix: FilePrefix | undefined;
  /**
   * Streams the messages in order, in groups.
   *
   * @param from number of messages to skip at the start; default 0
   * @throws DataFileError if the file has become invalid
   */
  read(from?: number): AsyncIterable<readonly Message[]>;
  /** Like {@link read}, but parses only bodies that have to be checked: a push needs their text and their digest. */
  readRows(from?: number): AsyncIterable<readonly RowMessage[]>;
}

/** The queue that a segment pushes to. */
export interface QueueRef {
  readonly accountId: string;
  readonly queueId: string;
}

/** A queue's metrics with the names of the Queues API, `GET …/queues/ID/metrics`. Best effort; a timestamp of 0 means unknown. */
export interface QueueMetrics {
  /** Number of messages in the queue. */
  readonly backlog_count: number;
  /** Bytes of these messages. */
  readonly backlog_bytes: number;
  /** When the oldest of them was written, in milliseconds since the Unix epoch. */
  readonly oldest_message_timestamp_ms: number;
}

/** A message that is serialized and measured, ready to be sent. */
export interface EncodedMessage {
  /** The index of the message in its segment. */
  readonly index: number;
  /** The name of the message in errors: its id, or `#` and its number from 1. */
  readonly label: string;
  /** The JSON text of the body, which is sent verbatim. */
  readonly bodyJson: string;
  /** UTF-8 bytes of the text, or of the JSON of the body, as the API counts them. */
  readonly bytes: number;
  readonly contentType: ContentType;
  readonly delaySeconds: number | undefined;
  /** The values that no error may show, as in {@link Message}. */
  readonly secretValues?: readonly string[];
}

/** The messages of one request, within the API's limits. */
export type Batch = readonly EncodedMessage[];
