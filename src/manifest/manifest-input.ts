import type { ContentType, InDoubtPolicy, JsonValue, PushMode } from "../types.ts";
import type { Compression } from "./source/compression.ts";
import type { CellType } from "./source/csv-cells.ts";
import type { Format } from "./source/file-extension.ts";

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
  readonly format?: Format;
  readonly compression?: Compression;
  readonly delimiter?: string;
  readonly types?: Readonly<Record<string, CellType>>;
  readonly map?: MessageInput;
}

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
