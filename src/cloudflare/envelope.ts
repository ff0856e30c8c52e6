import type { Metrics } from "../types.ts";

/** One error of the API's envelope. */
export interface ApiError {
  readonly code: number;
  readonly message: string;
  readonly documentationUrl: string | undefined;
  /** JSON pointer into the request. */
  readonly pointer: string | undefined;
  /** What lies beneath, as the gateway reports it. */
  readonly chain: readonly ApiError[];
}

/** What the API wraps around every answer. */
export interface Envelope {
  readonly success: boolean;
  readonly errors: readonly ApiError[];
  readonly result: unknown;
}

/** Reads an envelope; undefined where the text is none: cut off, a proxy's page, `null`. A byte order mark is passed over. */
export function parseEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.success !== "boolean") return undefined;
  return { success: value.success, errors: errorsOf(value.errors), result: value.result };
}

/** The metrics in a push's result, or as a metrics call's result itself; undefined: it holds none. */
export function metricsOf(result: unknown): Metrics | undefined {
  const metadata = isRecord(result) ? result.metadata : undefined;
  const metrics = isRecord(metadata) ? metadata.metrics : result;
  if (!isRecord(metrics)) return undefined;
  const { backlog_count, backlog_bytes, oldest_message_timestamp_ms = 0 } = metrics;
  if (!isCount(backlog_count) || !isCount(backlog_bytes) || !isCount(oldest_message_timestamp_ms)) return undefined;
  return { backlog_count, backlog_bytes, oldest_message_timestamp_ms };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function errorsOf(value: unknown): ApiError[] {
  return Array.isArray(value) ? value.flatMap((entry) => errorOf(entry) ?? []) : [];
}

function errorOf(value: unknown): ApiError | undefined {
  if (!isRecord(value) || typeof value.code !== "number") return undefined;
  const source = isRecord(value.source) ? value.source : {};
  return {
    code: value.code,
    message: typeof value.message === "string" ? value.message : "",
    documentationUrl: typeof value.documentation_url === "string" ? value.documentation_url : undefined,
    pointer: typeof source.pointer === "string" ? source.pointer : undefined,
    chain: errorsOf(value.error_chain),
  };
}
