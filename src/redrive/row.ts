import type { DeliveredMessage } from "../cloudflare/index.ts";
import { limits } from "../limits.ts";
import { createProblem, detectCredentials, type Problem, parseExactly } from "../manifest/index.ts";
import type { JsonValue, SourceLocation } from "../types.ts";
import { type Body, decodeBody } from "./body.ts";

/** Kinds of data files of an export. `unpushable` contains messages that a manifest cannot push back exactly. */
export const rowKinds = ["json", "text", "unpushable"] as const;
export type RowKind = (typeof rowKinds)[number];

/** A message as one line of a data file. */
export interface Row {
  readonly id: string;
  readonly kind: RowKind;
  /** JSON without the trailing line feed. */
  readonly line: string;
  /** The body that a manifest pushes: a JSON value or a text; undefined if no manifest can push it. */
  readonly value: JsonValue | undefined;
  /** Why no manifest can push it back exactly, undefined if one can. */
  readonly why: string | undefined;
}

/**
 * Converts a message to a row.
 *
 * @param metadata whether to add the id, the attempts and the time to the row, next to the body
 */
export function toRow(message: DeliveredMessage, metadata: boolean): Row {
  const body = decodeBody(message);
  if (body.kind === "other") return unpushable(message, body);
  const json = body.kind === "json" ? oneLine(body.text) : JSON.stringify(body.text);
  const parsed = parseExactly(json, Buffer.byteLength(json));
  const line = metadata ? withMetadata(message, json) : json;
  const why = !parsed.ok
    ? `${parsed.errors[0]?.message ?? "it is not JSON that a manifest can hold"}`
    : (tooLarge(body, parsed.bytes) ?? (metadata ? deepRow(line) : undefined));
  if (!parsed.ok || why !== undefined) {
    const data = { kind: "other", why: why ?? "", encoding: "as_received", data: body.text } as const;
    return unpushable(message, data);
  }
  return { id: message.id, kind: body.kind, line, value: parsed.value, why: undefined };
}

/** Converts a message to a row that is kept, but not pushed by the manifest. @param why a clause */
export function unpushableRow(message: DeliveredMessage, why: string): Row {
  const body = decodeBody(message);
  const other: Extract<Body, { kind: "other" }> =
    body.kind === "other" ? body : { kind: "other", why, encoding: "as_received", data: body.text };
  return unpushable(message, { ...other, why });
}

function unpushable(message: DeliveredMessage, { why, encoding, data }: Extract<Body, { kind: "other" }>): Row {
  const { id, contentType, attempts, timestampMs } = message;
  const line = JSON.stringify({
    id,
    content_type: contentType ?? null,
    note: why,
    attempts,
    timestamp_ms: timestampMs,
    ...(encoding === "base64" ? { body_base64: data } : { body: data }),
  });
  return { id, kind: "unpushable", line, value: undefined, why };
}

function withMetadata({ id, attempts, timestampMs }: DeliveredMessage, json: string): string {
  const more = JSON.stringify({ id, attempts, timestamp_ms: timestampMs }).slice(1);
  return `{"body":${json},${more}`;
}

/** Line breaks in JSON are whitespace between tokens: within strings they are escaped. */
function oneLine(json: string): string {
  return json.replace(/[\r\n]/g, " ").trim();
}

function tooLarge(body: Body, jsonBytes: number): string | undefined {
  const bytes = body.kind === "text" ? Buffer.byteLength(body.text) : jsonBytes;
  if (bytes <= limits.messageBytes) return undefined;
  return `the body has ${bytes} bytes, more than the ${limits.messageBytes} that a manifest pushes`;
}

/** A body at the maximum depth of a manifest is too deep inside a row with metadata. */
function deepRow(line: string): string | undefined {
  const parsed = parseExactly(line, Buffer.byteLength(line));
  return parsed.ok ? undefined : parsed.errors[0]?.message;
}

/**
 * Detects credentials in the bodies of rows, since an export is meant for a pull request.
 *
 * @param locationOf returns the location of a row
 */
export function findRowCredentials(rows: readonly Row[], locationOf: (row: Row) => SourceLocation): readonly Problem[] {
  return rows.flatMap((row) => {
    const found: Problem[] = [];
    const body: JsonValue = row.value ?? JSON.parse(row.line);
    const message = {
      id: undefined,
      body,
      contentType: "json",
      delaySeconds: undefined,
      location: locationOf(row),
    } as const;
    detectCredentials(message, (code, _location, what) => {
      found.push(
        createProblem(code, message.location, what, "Do not commit it: revoke it, or keep this export out of Git."),
      );
    });
    return found;
  });
}
