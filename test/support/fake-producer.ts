import { createHash, createPublicKey, randomUUID, verify } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type AskStatus, type RejectionReason, rejectionStatuses } from "../../src/producer/answers.ts";
import { deriveKeyPair } from "../../src/producer/signing.ts";
import { keyPattern, type PushHead, textToSign, wireLimits } from "../../src/producer/wire.ts";

export const workerKey = Buffer.alloc(32, 7).toString("base64");

/** What the queue does with messages: it accepts them, refuses them with a code, or its answer is lost. */
export type QueueAnswer = "accepted" | number | { readonly lost: "taken" | "not_taken" };

/** What happens to a request of a client. */
export type ProducerFault =
  /** The request arrives, and its answer does not. */
  | "lose_answer"
  /** The connection ends before the request is handled. */
  | "lose_request"
  /** Another server answers. */
  | { readonly status: number; readonly body: string };

export interface FakeProducerOptions {
  readonly accountId: string;
  readonly name: string;
  readonly key?: string;
  /** Names of the bound queues. */
  readonly queues: readonly string[];
  /** Pushes messages to the queue; the default keeps them in `sent`. @param messages JSON of the batch endpoint */
  readonly send?: (queue: string, messages: string) => Promise<QueueAnswer>;
  readonly codeDigest?: string;
}

interface Ledger {
  readonly epoch: string;
  readonly accepted: Map<string, boolean>;
  readonly doubt: Set<string>;
}

/** A stand-in for the producer Worker: the protocol over HTTP, and a ledger in memory. */
export interface FakeProducer extends AsyncDisposable {
  readonly url: string;
  /** Paths of the requests, in order. */
  readonly requests: string[];
  /** Bodies of the messages that the queue accepted, in order. */
  readonly sent: unknown[];
  /** Determines what happens to each request, by its number from 0 and its path. */
  fault: (request: number, path: string) => ProducerFault | undefined;
  codeDigest: string | undefined;
  queues: readonly string[];
  key: string;
  /** The public half of the key; undefined to derive it from `key`. */
  publicKey: string | undefined;
  /** The Worker's time minus this machine's, in milliseconds. */
  aheadMs: number;
  /** Deletes all ledgers, as the deletion of the Worker does. */
  forget(): void;
}

/** Starts a stand-in on a free port of this machine. */
export async function startFakeProducer(options: FakeProducerOptions): Promise<FakeProducer> {
  const { accountId, name } = options;
  const ledgers = new Map<string, Ledger>();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fake: FakeProducer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    sent: [],
    fault: () => undefined,
    codeDigest: options.codeDigest,
    queues: options.queues,
    key: options.key ?? workerKey,
    publicKey: undefined,
    aheadMs: 0,
    forget: () => ledgers.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const send =
    options.send ??
    (async (_queue: string, messages: string): Promise<QueueAnswer> => {
      fake.sent.push(...JSON.parse(messages).messages.map(({ body }: { body: unknown }) => body));
      return "accepted";
    });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const fault = fake.fault(fake.requests.push(path) - 1, path);
    const body = await text(request);
    if (fault === "lose_request") return void request.socket.destroy();
    if (typeof fault === "object") return void response.writeHead(fault.status).end(fault.body);
    const [status, answer] = await answerTo(request, path, body);
    if (fault === "lose_answer") return void request.socket.destroy();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ version: 1, ...answer }));
  }

  async function answerTo(request: IncomingMessage, path: string, body: string): Promise<readonly [number, object]> {
    const fault = findAuthFault(request, path, body);
    if (fault !== undefined) return reject(fault);
    if (path === "/v1/hello") {
      return [200, { state: "ready", code_digest: fake.codeDigest ?? null, queues: [...fake.queues].sort() }];
    }
    const [, , call, queue = "", deployment = ""] = path.split("/");
    if (!fake.queues.includes(queue)) return reject("no_such_queue");
    const ledger = open(`${queue}/${deployment}`);
    const [head = "", messages = ""] = body.split("\n");
    const value = JSON.parse(head);
    if (!areKeys(call === "ask" ? value : value.keys, call === "ask" ? wireLimits.askKeys : wireLimits.pushKeys)) {
      return reject("bad_request");
    }
    if (call === "ask") return [200, ask(ledger, value)];
    return [200, await push(ledger, value, queue, messages)];
  }

  function findAuthFault(request: IncomingMessage, path: string, body: string): RejectionReason | undefined {
    const match = /^QS1 ts=(\d{13}), body=([0-9a-f]{64}), sig=(\S{88})$/.exec(request.headers.authorization ?? "");
    if (match === null) return "unauthorized";
    const [, time = "", bodyDigest = "", signature = ""] = match;
    if (Math.abs(Number(time) - Date.now() - fake.aheadMs) > 300_000) return "expired";
    const method = request.method === "GET" ? "GET" : "POST";
    const signed = textToSign({ method, host: request.headers.host ?? "", path, time: Number(time), bodyDigest });
    const x = fake.publicKey ?? deriveKeyPair(fake.key, accountId, name).publicKey;
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const isSigned = verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, "base64"));
    return isSigned && createHash("sha256").update(body).digest("hex") === bodyDigest ? undefined : "unauthorized";
  }

  function reject(reason: RejectionReason): readonly [number, object] {
    const now = reason === "expired" ? { now: Date.now() + fake.aheadMs } : {};
    return [rejectionStatuses[reason], { state: "rejected", reason, message: "no", ...now }];
  }

  function open(id: string): Ledger {
    const ledger = ledgers.get(id) ?? { epoch: randomUUID(), accepted: new Map(), doubt: new Set() };
    ledgers.set(id, ledger);
    return ledger;
  }

  async function push(
    ledger: Ledger,
    { keys, resend_in_doubt }: PushHead,
    queue: string,
    messages: string,
  ): Promise<object> {
    const { accepted, doubt } = ledger;
    const all: unknown[] = JSON.parse(messages).messages;
    const known = keys.filter((key) => accepted.has(key));
    const held = keys.filter((key) => doubt.has(key) && !resend_in_doubt);
    const fresh = keys.filter((key) => !accepted.has(key) && !held.includes(key));
    const rest = { ledger: ledger.epoch, repeated: known.length, message: null, code: null, metrics: null };
    const answered =
      fresh.length === 0
        ? "accepted"
        : await send(queue, JSON.stringify({ messages: all.filter((_, at) => fresh.includes(keys[at] ?? "")) }));
    if (typeof answered === "number") {
      return { ...rest, state: "refused", code: answered, message: "refused", in_doubt: held, possible_duplicates: [] };
    }
    if (answered !== "accepted") for (const key of fresh) doubt.add(key);
    else {
      for (const key of fresh) accepted.set(key, doubt.delete(key));
    }
    const inDoubt = keys.filter((key) => doubt.has(key));
    const possibleDuplicates = keys.filter((key) => accepted.get(key));
    return {
      ...rest,
      state: inDoubt.length > 0 ? "in_doubt" : "accepted",
      in_doubt: inDoubt,
      possible_duplicates: possibleDuplicates,
    };
  }

  function ask({ epoch, accepted, doubt }: Ledger, keys: readonly string[]): object {
    const status = (key: string): AskStatus =>
      accepted.has(key) ? "accepted" : doubt.has(key) ? "in_doubt" : "unseen";
    const possibleDuplicates = keys.filter((key) => accepted.get(key));
    return { state: "answered", ledger: epoch, statuses: keys.map(status), possible_duplicates: possibleDuplicates };
  }

  return fake;
}

function areKeys(keys: readonly string[], limit: number): boolean {
  const isForm = keys.length > 0 && keys.length <= limit && new Set(keys).size === keys.length;
  return isForm && keys.every((key) => keyPattern.test(key));
}
