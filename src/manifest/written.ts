import type { ContentType, InDoubtPolicy, JsonValue, PushMode } from "../types.ts";

/** What a document holds once it has the form that messages/manifest.schema.json asks for. */
export interface Written {
  readonly name?: string;
  readonly queue: string;
  readonly push?: PushMode;
  readonly in_doubt?: InDoubtPolicy;
  readonly stacks?: readonly string[];
  readonly defaults?: WrittenDefaults;
  readonly messages: readonly WrittenMessage[];
}

export interface WrittenDefaults {
  readonly content_type?: ContentType;
  readonly delay_seconds?: number;
}

export interface WrittenMessage extends WrittenDefaults {
  readonly id?: string;
  readonly body: JsonValue;
}
