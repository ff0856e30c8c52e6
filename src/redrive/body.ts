import type { DeliveredMessage } from "../cloudflare/index.ts";

/** The decoded body of a message. */
export type Body =
  /** `text`: the JSON exactly as it is in the queue. */
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  /** A body that the REST API cannot push, or that cannot be decoded. It is kept completely. */
  | {
      readonly kind: "other";
      readonly why: string;
      readonly encoding: "base64" | "as_received";
      readonly data: string;
    };

/**
 * Decodes the body of a pulled or peeked message.
 *
 * JSON arrives as base64, and from some versions of the API as plain JSON. The two cannot be confused: plain JSON that consists
 * of base64 characters only is a number or a literal, and none of these decodes from base64 to JSON.
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

/** Returns undefined unless the text is canonical base64: other text would not encode to the same characters again. */
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
