import type { ContentType, InDoubtPolicy, JsonValue, PushMode } from "../types.ts";

/** The content of a document that matches messages/manifest.schema.json. */
export interface ManifestInput {
  readonly name?: string;
  readonly moved_from?: readonly string[];
  readonly queue: string;
  readonly push?: PushMode;
  readonly in_doubt?: InDoubtPolicy;
  readonly stacks?: readonly string[];
  readonly after?: readonly string[];
  readonly requires?: RequirementsInput;
  readonly dedup_field?: string;
  readonly body_schema?: string;
  readonly env?: readonly string[];
  readonly defaults?: DefaultsInput;
  /** A manifest has exactly one of `messages` and `source`. */
  readonly messages?: readonly MessageInput[];
  readonly source?: SourceInput;
}

export interface RequirementsInput {
  readonly consumer?: boolean;
  readonly not_paused?: boolean;
  readonly max_backlog?: number;
}

export interface SourceInput {
  readonly file: string;
  readonly format?: DataFormat;
  readonly compression?: Compression;
  readonly delimiter?: string;
  readonly types?: Readonly<Record<string, CellType>>;
  readonly map?: MessageInput;
}

export type DataFormat = "ndjson" | "csv" | "json";

export type Compression = "none" | "gzip" | "zstd";

/** The type of a CSV cell. With `?`, an empty cell is null. */
export type CellType = BaseCellType | `${BaseCellType}?`;
export type BaseCellType = "string" | "integer" | "number" | "boolean" | "json";

export interface DefaultsInput {
  readonly content_type?: ContentType;
  /** Text if it is a variable. */
  readonly delay_seconds?: number | string;
}

export interface MessageInput extends DefaultsInput {
  /** A count, a list, or a text with a variable that is one of these. */
  readonly for_each?: number | string | readonly JsonValue[];
  readonly id?: string;
  readonly body: JsonValue;
}
