import type { DeliveredMessage } from "../cloudflare/index.ts";

/** The body of a message, decoded. */
export type Body =
  /** @see text the JSON exactly as the queue has it */
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  /** A body that the REST API cannot push, or that cannot be decoded. Nothing of it is lost. */
  | {
      readonly kind: "other";
      readonly why: string;
      readonly encoding: "base64" | "as_received";
      readonly data: string;
    };

/**
 * Decodes the body of a pulled or peeked message.
 *
 * JSON arrives as base64, and from some versions of the API as plain JSON. The two cannot be confused: JSON that is made of
 * base64's characters alone is a number or a literal, and as base64 none of these decodes to JSON.
 *
 * Source: https://developers.cloudflare.com/queues/configuration/pull-consumers/
 */
export function decodeBody({ body, contentType }: Pick<DeliveredMessage, "body" | "contentType">): Body {
  if (typeof body !== "string") return asReceived("the API returned a body that is not a string", JSON.stringify(body));
  switch (contentType) {
    case "json":
      return decodeJson(body);
    case "text":
      return body.isWellFormed()
        ? { kind: "text", text: body }
        : asReceived("the text contains half of a surrogate pair, which UTF-8 cannot encode", body);
    case "bytes":
    case "v8": {
      const bytes = fromBase64(body);
      const why = `the REST API cannot push the content type ${contentType}`;
      return bytes === undefined ? asReceived(why, body) : { kind: "other", why, encoding: "base64", data: body };
    }
    default:
      return asReceived(
        contentType === undefined ? "the API returned no content type" : "the content type is not known",
        body,
      );
  }
}

function decodeJson(body: string): Body {
  const decoded = fromBase64(body);
  const text = decoded === undefined ? undefined : asUtf8(decoded);
  const found = [text, body].find((candidate) => candidate !== undefined && isJson(candidate));
  if (found !== undefined) return { kind: "json", text: found };
  const why = "the content type is json, and the body is not JSON";
  return decoded === undefined ? asReceived(why, body) : { kind: "other", why, encoding: "base64", data: body };
}

function asReceived(why: string, data: string): Body {
  return { kind: "other", why, encoding: "as_received", data };
}

/** Strict: what is not canonical base64 would come out as other bytes than it went in. */
function fromBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function asUtf8(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
