import { isObject } from "../json-object.ts";
import type { QueueMetrics } from "../types.ts";

/** One error of the API's envelope. */
export interface ApiError {
  readonly code: number;
  readonly message: string;
  readonly documentationUrl: string | undefined;
  /** JSON pointer into the request. */
  readonly pointer: string | undefined;
  /** The causes, as the gateway reports them. */
  readonly chain: readonly ApiError[];
}

/** The API's wrapper of every answer. */
export interface Envelope {
  readonly success: boolean;
  readonly errors: readonly ApiError[];
  readonly result: unknown;
  /** For lists: information about the pages. */
  readonly resultInfo: unknown;
}

/** Reads an envelope, ignoring a byte order mark. @returns undefined for other text: truncated, a proxy's page, `null` */
export function parseEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value.success !== "boolean") return undefined;
  return {
    success: value.success,
    errors: parseErrors(value.errors),
    result: value.result,
    resultInfo: value.result_info,
  };
}

/** Reads the metrics from the result of a push or of a metrics call. @returns undefined if there are none */
export function parseMetrics(result: unknown): QueueMetrics | undefined {
  const metadata = isObject(result) ? result.metadata : undefined;
  const metrics = isObject(metadata) ? metadata.metrics : result;
  if (!isObject(metrics)) return undefined;
  const { backlog_count, backlog_bytes, oldest_message_timestamp_ms = 0 } = metrics;
  if (!isCount(backlog_count) || !isCount(backlog_bytes) || !isCount(oldest_message_timestamp_ms)) return undefined;
  return { backlog_count, backlog_bytes, oldest_message_timestamp_ms };
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Maximum errors of an answer, and causes of an error, that are read. The API returns one or two. */
const maxErrors = { errors: 100, causes: 5 } as const;

/** Reads errors up to a limit: an answer may contain a million of them, or ten thousand levels of causes. */
function parseErrors(value: unknown): ApiError[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, maxErrors.errors).flatMap((entry) => parseError(entry, parseCauses) ?? []);
}

/** Reads the causes of an error, without their own causes, which are not shown. */
function parseCauses(value: unknown): ApiError[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, maxErrors.causes).flatMap((entry) => parseError(entry, () => []) ?? []);
}

function parseError(value: unknown, causes: (chain: unknown) => ApiError[]): ApiError | undefined {
  if (!isObject(value) || typeof value.code !== "number") return undefined;
  const source = isObject(value.source) ? value.source : {};
  return {
    code: value.code,
    message: typeof value.message === "string" ? value.message : "",
    documentationUrl: typeof value.documentation_url === "string" ? value.documentation_url : undefined,
    pointer: typeof source.pointer === "string" ? source.pointer : undefined,
    chain: causes(value.error_chain),
  };
}
