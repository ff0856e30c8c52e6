import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Result of a write of the state. */
export type WriteFate = "kept" | "refused";

/** A state backend for Pulumi: the part of the S3 API that it calls. Writes of the state can be slow, or fail. */
export interface Bucket extends AsyncDisposable {
  /** The environment with which Pulumi finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns the text of the object whose key has this suffix, or undefined if there is none. */
  read(ending: string): string | undefined;
  /** Called before each write of a stack's state takes effect; if undefined, all writes are kept. */
  onWrite: (() => Promise<WriteFate>) | undefined;
  /** Number of refused writes of the state. */
  refused: number;
}

const name = "states";

export async function startBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://bucket");
    const key = decodeURIComponent(url.pathname).slice(name.length + 2);
    const body = await buffer(request);
    const object = objects.get(key);
    const send = (status: number, content: Buffer | string = "", headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-length": Buffer.byteLength(content), ...headers });
      response.end(request.method === "HEAD" ? undefined : content);
    };
    if (request.method === "PUT") {
      const source = request.headers["x-amz-copy-source"];
      const copied = typeof source === "string" ? objects.get(keyOfSource(source)) : undefined;
      if (source === undefined && /\/stacks\/[^/]+\/[^/]+\.json$/.test(`/${key}`)) {
        if ((await bucket.onWrite?.()) === "refused") {
          bucket.refused += 1;
          return send(403, error("ExpiredToken"), { "content-type": "application/xml" });
        }
      }
      objects.set(key, copied ?? plain(body, request));
      return send(200, source === undefined ? "" : copyResult, { etag: '"x"', "content-type": "application/xml" });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return send(204);
    }
    if (key === "") {
      return send(200, list(objects, url.searchParams), { "content-type": "application/xml" });
    }
    if (object === undefined) return send(404, error("NoSuchKey"), { "content-type": "application/xml" });
    send(200, object, { etag: '"x"', "last-modified": new Date(0).toUTCString() });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const bucket: Bucket = {
    env: {
      PULUMI_BACKEND_URL: `s3://${name}?endpoint=http://127.0.0.1:${port}&s3ForcePathStyle=true&region=here&disableSSL=true`,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    read: (ending) => [...objects].find(([key]) => key.endsWith(ending))?.[1].toString("utf8"),
    onWrite: undefined,
    refused: 0,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return bucket;
}

function keyOfSource(source: string): string {
  const path = decodeURIComponent(source).replace(/^\//, "");
  return path.slice(name.length + 1);
}

/** Decodes a body that the SDK sends in chunks, each with its size, followed by a checksum. */
function plain(body: Buffer, { headers }: IncomingMessage): Buffer {
  if (!String(headers["content-encoding"] ?? "").includes("aws-chunked")) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.subarray(at, end).toString("latin1"), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

const copyResult = "<CopyObjectResult><ETag>x</ETag></CopyObjectResult>";

function error(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}

function list(objects: ReadonlyMap<string, Buffer>, asked: URLSearchParams): string {
  const [prefix, delimiter] = [asked.get("prefix") ?? "", asked.get("delimiter") ?? ""];
  const contents: string[] = [];
  const folders = new Set<string>();
  for (const [key, object] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut >= 0) folders.add(key.slice(0, cut + delimiter.length));
    else
      contents.push(
        `<Contents><Key>${key}</Key><Size>${object.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>`,
      );
  }
  const prefixes = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
  return `<ListBucketResult><Name>${name}</Name><IsTruncated>false</IsTruncated>${contents.join("")}${prefixes.join("")}</ListBucketResult>`;
}
