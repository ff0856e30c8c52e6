import { around, edge, field } from "./bodies.ts";
import type { Draw } from "./draw.ts";
import type { Exchange } from "./exchange.ts";

/** The account and the queues that the requests are for. */
export interface Target {
  readonly account: string;
  readonly token: string;
  /** Queue to which messages are pushed, and from which none is removed. */
  readonly pushed: string;
  /** Queue for all other calls. */
  readonly other: string;
}

/** A request, and the marks of the messages that it would store. */
export interface Drawn {
  readonly method: string;
  readonly bytes: Buffer;
  /** A unique text in each message. */
  readonly marks: readonly string[];
  /** Whether its bytes end early. */
  readonly broken: boolean;
}

/** Draws requests one after the other. */
export class Requests {
  readonly #draw: Draw;
  readonly #target: Target;
  #marks = 0;

  constructor(draw: Draw, target: Target) {
    this.#draw = draw;
    this.#target = target;
  }

  /** Returns the next exchange: nearly always one request, sometimes several on one connection. */
  next(): { exchange: Exchange; drawn: Drawn[] } {
    const draw = this.#draw;
    const drawn = Array.from({ length: draw.chance(0.15) ? 2 + draw.below(4) : 1 }, () => this.#request());
    const last = drawn.findIndex(({ broken }) => broken);
    const sent = last === -1 ? drawn : drawn.slice(0, last + 1);
    // If the request keeps its connection alive, one that closes it follows, so that the server ends the exchange.
    const closing = {
      method: "GET",
      bytes: this.#raw("GET", this.#path("queues"), ["Connection: close"]),
      marks: [],
      broken: false,
    };
    const all = last === -1 ? [...sent, closing] : sent;
    const bytes = Buffer.concat(all.map((one) => one.bytes));
    return {
      drawn: all,
      exchange: {
        pieces: draw.chance(0.3) ? draw.pieces(bytes).slice(0, 200) : [bytes],
        end: last === -1 ? "wait" : draw.one(["finish", "reset"]),
        methods: all.map(({ method }) => method),
      },
    };
  }

  #request(): Drawn {
    const draw = this.#draw;
    const kind = draw.below(10);
    if (kind < 5) return this.#push();
    if (kind < 8) return this.#call();
    return this.#odd();
  }

  #push(): Drawn {
    const draw = this.#draw;
    const batch = draw.chance(0.5);
    const count = batch ? draw.one([0, 1, 2, 100, 101]) : 1;
    const marks = Array.from({ length: count }, (_, index) => `mark-${this.#marks + index};`);
    this.#marks += count;
    const texts = marks.map((mark) => this.#message(mark));
    const delay = draw.chance(0.1) ? `,"delay_seconds":${field(draw)}` : "";
    const text = batch ? `{"messages":[${texts.join(",")}]${delay}}` : (texts[0] ?? "{}");
    const body = around(draw, text);
    const path = this.#path(`queues/${this.#target.pushed}/messages${batch ? "/batch" : ""}`);
    return { ...this.#withBody("POST", path, body), marks };
  }

  #message(mark: string): string {
    const draw = this.#draw;
    if (draw.chance(0.3)) return `{"body":"${mark}","content_type":"text"}`;
    // With an edge case in each message, a large batch would nearly always be refused.
    const body = draw.chance(0.05) ? edge(draw) : String(draw.below(1_000));
    const rest = draw.chance(0.03) ? `,"content_type":${field(draw)},"delay_seconds":${field(draw)}` : "";
    return `{"body":{"mark":"${mark}","edge":${body}}${rest}}`;
  }

  #call(): Drawn {
    const draw = this.#draw;
    const queue = `queues/${this.#target.other}`;
    const [method, path, names] = draw.one<[string, string, string[]]>([
      ["POST", `${queue}/messages/pull`, ["batch_size", "visibility_timeout_ms"]],
      ["POST", `${queue}/messages/ack`, ["acks", "retries"]],
      ["POST", `${queue}/messages/extend`, ["extend", "visibility_timeout_ms"]],
      ["POST", `${queue}/messages/peek`, ["batch_size"]],
      ["POST", `${queue}/messages/preview`, ["batch_size"]],
      ["POST", `${queue}/messages/preview/ack`, ["acks", "retries"]],
      ["POST", `${queue}/messages/purge`, ["refs"]],
      ["POST", `${queue}/purge`, ["delete_messages_permanently"]],
      ["POST", "queues", ["queue_name", "jurisdiction", "settings"]],
      ["PATCH", queue, ["settings"]],
      ["PUT", queue, ["settings"]],
      ["POST", `${queue}/consumers`, ["type", "script_name", "dead_letter_queue", "settings"]],
      ["POST", "event_subscriptions/subscriptions", ["name", "events", "source", "destination", "enabled"]],
      ["PATCH", "event_subscriptions/subscriptions/none", ["events"]],
      ["GET", `event_subscriptions/subscriptions?order=${draw.one(["name", "__proto__", "%00", ""])}`, []],
      ["GET", `queues?page=${draw.one(["0", "-1", "1e9", "99999999999", "a"])}&per_page=${draw.below(3_000)}`, []],
    ]);
    const known: Record<string, string> = {
      type: '"http_pull"',
      queue_name: `"q-${draw.below(50)}"`,
      source: draw.chance(0.5) ? '{"type":"new.source"}' : `{"type":"r2","more":${edge(draw)}}`,
      events: '["thing.happened"]',
      name: '"events"',
      destination: `{"type":"queues.queue","queue_id":"${this.#target.other}"}`,
    };
    const fields = names.map((name) => `"${name}":${draw.chance(0.5) ? (known[name] ?? field(draw)) : field(draw)}`);
    const body = draw.chance(0.1) ? edge(draw) : `{${fields.filter(() => draw.chance(0.8)).join(",")}}`;
    return this.#withBody(method, this.#path(path), method === "GET" ? Buffer.alloc(0) : around(draw, body));
  }

  /** Draws unusual methods, paths and headers. */
  #odd(): Drawn {
    const draw = this.#draw;
    const method = draw.one(["GET", "POST", "HEAD", "OPTIONS", "DELETE", "TRACE", "PROPFIND", "get", "NONE"]);
    const queue = `/client/v4/accounts/${this.#target.account}/queues/${this.#target.other}`;
    const path = draw.one([
      "*",
      "/",
      "//",
      "/client/v4",
      `/client/v4//accounts/${this.#target.account}/queues`,
      `${queue}/..%2f..`,
      `${queue}/../..`,
      `${queue}/%`,
      `${queue}/%00`,
      `${queue}/messages?${"a=b&".repeat(draw.below(300))}`,
      `/${"a".repeat(draw.below(9_000))}`,
      `http://127.0.0.1${queue}`,
      "http://[/",
      "/_emulator/queues/none/messages?limit=-1&after=x",
      "/_emulator/state",
      "/_emulator/faults/NaN",
      "/page/..%2f..%2fpackage.json",
      "/page/__proto__",
      queue.toUpperCase(),
    ]);
    const header = draw.one([
      "X: y",
      "Expect: a-miracle",
      "Connection: Upgrade\r\nUpgrade: websocket",
      "Authorization: Basic bm9uZQ==",
      "Authorization: Bearer  ",
      "Host: evil.example",
      "Accept: text/event-streams",
      "Transfer-Encoding: gzip",
      "Content-Length: 0\r\nContent-Length: 1",
      "Content-Length: 5\r\nTransfer-Encoding: chunked",
      "Content-Length: -1",
      "Bad Header: 1",
      `X-Long: ${"x".repeat(draw.below(20_000))}`,
    ]);
    // A request that is refused before it is complete ends its connection; the requests after it get no response.
    const broken =
      /Upgrade|Length|Transfer|Bad|Long|Host/.test(header) || ["get", "NONE"].includes(method) || path === "http://[/";
    return { method, bytes: this.#raw(method, path, [header]), marks: [], broken };
  }

  #withBody(method: string, path: string, body: Buffer): Drawn {
    const draw = this.#draw;
    const headers = draw.one<string[]>([
      [],
      ["Content-Type: application/json"],
      ["Content-Type: text/plain; charset=utf-16"],
      ["Content-Type: multipart/form-data"],
      ["Content-Type: ;;;"],
      ["Expect: 100-continue"],
      ["Content-Encoding: gzip"],
    ]);
    const whole = { method, marks: [] };
    const kind = draw.below(12);
    if (kind === 0) {
      const announced = [...headers, `Content-Length: ${body.length + 1 + draw.below(3_000_000)}`];
      return { ...whole, bytes: this.#raw(method, path, announced, body), broken: true };
    }
    if (kind > 3) {
      const announced = [...headers, `Content-Length: ${body.length}`];
      return { ...whole, bytes: this.#raw(method, path, announced, body), broken: false };
    }
    const chunks = draw.pieces(body).filter(({ length }) => length > 0);
    const extension = draw.one(["", ";a=b", ';q="x"']);
    const size = (length: number) => length.toString(16).padStart(draw.one([0, 4]), "0");
    const encoded = chunks.flatMap((chunk) => [
      Buffer.from(`${size(chunk.length)}${extension}\r\n`),
      chunk,
      Buffer.from("\r\n"),
    ]);
    const broken = kind === 1;
    const end = broken ? draw.one(["", "zz\r\n", "5\r\nabc"]) : draw.one(["0\r\n\r\n", "0\r\nX-Trailer: y\r\n\r\n"]);
    const bytes = Buffer.concat([...encoded, Buffer.from(end)]);
    return { ...whole, bytes: this.#raw(method, path, [...headers, "Transfer-Encoding: chunked"], bytes), broken };
  }

  #path(path: string): string {
    return `/client/v4/accounts/${this.#target.account}/${path}`;
  }

  #raw(method: string, path: string, headers: readonly string[], body: Buffer = Buffer.alloc(0)): Buffer {
    const own = headers.map((header) => header.toLowerCase());
    const usual = [
      ...(own.some((header) => header.startsWith("host:")) ? [] : ["Host: 127.0.0.1"]),
      ...(own.some((header) => header.startsWith("authorization:"))
        ? []
        : [`Authorization: Bearer ${this.#target.token}`]),
    ];
    return Buffer.concat([
      Buffer.from(`${method} ${path} HTTP/1.1\r\n${[...usual, ...headers].join("\r\n")}\r\n\r\n`),
      body,
    ]);
  }
}
