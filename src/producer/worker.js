// @ts-check
/**
 * The producer Worker of queue-seeder: takes signed requests with batches of messages, keeps a ledger of what it sent, and
 * sends each message through a queue binding. `wire.ts` and `answers.ts` specify the protocol. This file is deployed unchanged:
 * it is one ES module without imports of its own, so that what is read here is what runs.
 *
 * Compatibility date: 2026-03-12 or later, so that the errors of a queue contain its error code.
 */
import { DurableObject } from "cloudflare:workers";

/**
 * @typedef {import("./runtime.d.ts").Queue} Queue
 * @typedef {import("./runtime.d.ts").QueueMessage} QueueMessage
 * @typedef {import("./runtime.d.ts").LedgerNamespace} LedgerNamespace
 * @typedef {import("./runtime.d.ts").Context} Context
 * @typedef {import("./answers.ts").PushAnswer} PushAnswer
 * @typedef {import("./answers.ts").AskAnswer} AskAnswer
 * @typedef {import("./answers.ts").RejectionReason} RejectionReason
 * @typedef {Readonly<Record<string, unknown>>} Env
 */

const version = 1;
const bodyLimit = 512_000;
/** What is read, and discarded, of a signed body that is too large: if it were not read, its sender might not get the answer. */
const discardLimit = 2_000_000;
const pushLimit = 100;
const askLimit = 5_000;
const clockSkewMs = 300_000;
const maxDelaySeconds = 86_400;
/** An object holds 10 GB. The rest is for noting what is under way when this is reached. */
const ledgerBytesLimit = 9_500_000_000;

/**
 * The error codes of a queue that mean that it took none of the messages. Everything else leaves a doubt: a timeout, a lost
 * connection, an unknown code, 10201 (client disconnected), 15000 (unknown internal error).
 *
 * Source: https://developers.cloudflare.com/queues/reference/error-codes/
 */
const refusals = new Set([
  10013, 10104, 10106, 10107, 10202, 10203, 10204, 10205, 10206, 10207, 10208, 10250, 10251, 10252, 10253, 11000,
]);

/** What the table `message` has as the state of a message. */
const states = /** @type {const} */ ({ accepted: 0, inDoubt: 1, acceptedPossibleDuplicate: 2 });

/**
 * The ledger of one deployment of a manifest for one queue. It has a row for each message that the queue accepted or that is in
 * doubt, and it sends the messages itself, so that a message is noted exactly where it is sent.
 *
 * Before a batch is sent, its keys are on disk in `batch`. They leave it in the transaction that notes the outcome. So
 * what is in `batch` when the object starts was being sent when an earlier one ended, and is in doubt.
 *
 * Rows are never deleted: a ledger that forgets would send again. They end with the object, that is with the Worker.
 *
 * @extends {DurableObject<Context, Env>}
 */
export class Ledger extends DurableObject {
  /** The batch that is sending a message, by key. It settles without a rejection. @type {Map<string, Promise<unknown>>} */
  #underWay = new Map();
  /** @type {string} */
  #epoch;

  /** @param {Context} ctx @param {Env} env */
  constructor(ctx, env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    this.#epoch = ctx.storage.transactionSync(() => {
      sql.exec("CREATE TABLE IF NOT EXISTS ledger (epoch TEXT NOT NULL)");
      sql.exec("CREATE TABLE IF NOT EXISTS message (key TEXT PRIMARY KEY, state INTEGER NOT NULL) WITHOUT ROWID");
      sql.exec("CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY, keys TEXT NOT NULL)");
      for (const { keys } of sql.exec("SELECT keys FROM batch").toArray()) this.#noteDoubt(String(keys));
      sql.exec("DELETE FROM batch");
      const [row] = sql.exec("SELECT epoch FROM ledger").toArray();
      if (row !== undefined) return String(row.epoch);
      const epoch = crypto.randomUUID();
      sql.exec("INSERT INTO ledger (epoch) VALUES (?)", epoch);
      return epoch;
    });
  }

  /**
   * Sends the messages that the ledger does not have.
   *
   * @param {string} binding the name of the queue's binding
   * @param {readonly string[]} keys one for each message, in order, none twice
   * @param {readonly QueueMessage[]} messages
   * @param {boolean} resendInDoubt whether messages in doubt are sent again
   * @returns {Promise<PushAnswer>}
   */
  async push(binding, keys, messages, resendInDoubt) {
    // Wait until no other request is sending any of these keys. Nothing may be awaited between the last check and the note of the
    // intent, not even the end of an async function: two requests that waited for the same batch would both send.
    for (let batches = this.#batchesOf(keys); batches.size > 0; batches = this.#batchesOf(keys)) {
      await Promise.all(batches);
    }
    const known = this.#find(keys);
    const isDoubtful = (/** @type {string} */ key) => known.get(key) === states.inDoubt;
    const isToSend = (/** @type {string} */ key) => !known.has(key) || (resendInDoubt && isDoubtful(key));
    const sent = keys.filter(isToSend);
    const repeated = keys.filter((key) => known.has(key) && !isDoubtful(key)).length;
    const outcome =
      sent.length === 0
        ? notSent
        : await this.#send(
            binding,
            sent,
            messages.filter((_, index) => isToSend(keys[index] ?? "")),
          );
    const after = this.#find(keys);
    const inDoubt = keys.filter((key) => after.get(key) === states.inDoubt);
    return {
      version,
      state: outcome.state === "accepted" && inDoubt.length > 0 ? "in_doubt" : outcome.state,
      code: outcome.code,
      message: outcome.message ?? (inDoubt.length > 0 ? "An earlier request was interrupted." : null),
      repeated,
      in_doubt: inDoubt,
      possible_duplicates: keys.filter((key) => after.get(key) === states.acceptedPossibleDuplicate),
      metrics: outcome.metrics,
      ledger: this.#epoch,
    };
  }

  /**
   * Returns the state of each message.
   *
   * @param {readonly string[]} keys
   * @returns {AskAnswer}
   */
  ask(keys) {
    const known = this.#find(keys);
    return {
      version,
      state: "answered",
      statuses: keys.map((key) => {
        if (this.#underWay.has(key)) return "under_way";
        const state = known.get(key);
        if (state === undefined) return "unseen";
        return state === states.inDoubt ? "in_doubt" : "accepted";
      }),
      possible_duplicates: keys.filter((key) => known.get(key) === states.acceptedPossibleDuplicate),
      ledger: this.#epoch,
    };
  }

  /** Returns the batches that are sending any of the messages. @param {readonly string[]} keys */
  #batchesOf(keys) {
    return new Set(keys.flatMap((key) => this.#underWay.get(key) ?? []));
  }

  /** Returns the states of the messages that the ledger has. @param {readonly string[]} keys */
  #find(keys) {
    const rows = this.ctx.storage.sql.exec(
      "SELECT key, state FROM message WHERE key IN (SELECT value FROM json_each(?))",
      JSON.stringify(keys),
    );
    return new Map(rows.toArray().map(({ key, state }) => [String(key), Number(state)]));
  }

  /**
   * Sends a batch. Notes the intent before, and the outcome afterwards.
   *
   * @param {string} binding @param {readonly string[]} keys @param {readonly QueueMessage[]} messages
   * @returns {Promise<Outcome>}
   */
  async #send(binding, keys, messages) {
    const { storage } = this.ctx;
    const list = JSON.stringify(keys);
    if (storage.sql.databaseSize > ledgerBytesLimit) return refusedByLedger("The ledger is full.");
    let id;
    try {
      ({ id } = storage.sql.exec("INSERT INTO batch (keys) VALUES (?) RETURNING id", list).one());
    } catch (error) {
      return refusedByLedger(`The ledger cannot be written: ${describe(error)}`);
    }
    const sending = this.#sendNoted(binding, messages, Number(id), list);
    const settled = sending.then(
      () => {},
      () => {},
    );
    for (const key of keys) this.#underWay.set(key, settled);
    try {
      return await sending;
    } finally {
      for (const key of keys) this.#underWay.delete(key);
    }
  }

  /** @param {string} binding @param {readonly QueueMessage[]} messages @param {number} id @param {string} keys as JSON */
  async #sendNoted(binding, messages, id, keys) {
    const { storage } = this.ctx;
    // The intent must be on disk before a message leaves. Older runtimes do not wait for it by themselves.
    await storage.sync();
    const outcome = await sendBatch(/** @type {Queue} */ (this.env[binding]), messages);
    try {
      storage.transactionSync(() => {
        if (outcome.state === "accepted") this.#noteAccepted(keys);
        if (outcome.state === "in_doubt") this.#noteDoubt(keys);
        storage.sql.exec("DELETE FROM batch WHERE id = ?", id);
      });
    } catch (error) {
      // Without the note, this object would take the messages for unsent. The next one finds them in `batch`.
      this.ctx.abort(`The ledger cannot be written: ${describe(error)}`);
      throw error;
    }
    return outcome;
  }

  /** A message that was in doubt and is accepted now may be in the queue twice. @param {string} keys as JSON */
  #noteAccepted(keys) {
    this.ctx.storage.sql.exec(
      `INSERT INTO message (key, state) SELECT value, ${states.accepted} FROM json_each(?) WHERE true
       ON CONFLICT (key) DO UPDATE SET state = ${states.acceptedPossibleDuplicate}`,
      keys,
    );
  }

  /** @param {string} keys as JSON */
  #noteDoubt(keys) {
    this.ctx.storage.sql.exec(
      `INSERT INTO message (key, state) SELECT value, ${states.inDoubt} FROM json_each(?) WHERE true
       ON CONFLICT (key) DO NOTHING`,
      keys,
    );
  }
}

/** @typedef {Pick<PushAnswer, "state" | "code" | "message" | "metrics">} Outcome */

/** @type {Outcome} */
const notSent = { state: "accepted", code: null, message: null, metrics: null };

/** @param {string} message @returns {Outcome} */
const refusedByLedger = (message) => ({ state: "refused", code: null, message, metrics: null });

/** @param {Queue} queue @param {readonly QueueMessage[]} messages @returns {Promise<Outcome>} */
async function sendBatch(queue, messages) {
  let answer;
  try {
    answer = await queue.sendBatch(messages);
  } catch (error) {
    const code = findErrorCode(error);
    const isRefusal = code !== null && refusals.has(code);
    return { state: isRefusal ? "refused" : "in_doubt", code, message: describe(error), metrics: null };
  }
  return { state: "accepted", code: null, message: null, metrics: readMetrics(answer) };
}

/** Returns the code at the end of a queue's error message, as in `Queue is overloaded. (10250)`. @param {unknown} error */
function findErrorCode(error) {
  const [, code] = /\((\d{5})\)$/.exec(error instanceof Error ? error.message : "") ?? [];
  return code === undefined ? null : Number(code);
}

/** @param {unknown} error */
function describe(error) {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

/** Reads the metrics in the answer of `sendBatch`; runtimes before April 2026 return none. @param {unknown} answer */
function readMetrics(answer) {
  const { metadata } = /** @type {import("./runtime.d.ts").QueueAnswer} */ (answer ?? {});
  const { backlogCount, backlogBytes, oldestMessageTimestamp } = metadata?.metrics ?? {};
  if (backlogCount === undefined || backlogBytes === undefined) return null;
  return {
    backlog_count: backlogCount,
    backlog_bytes: backlogBytes,
    oldest_message_timestamp_ms: Number(oldestMessageTimestamp ?? 0),
  };
}

/** Ends the handling of a request that does not reach a ledger. */
class Rejected extends Error {
  /** @param {RejectionReason} reason @param {number} status @param {string} message @param {object} [extra] */
  constructor(reason, status, message, extra = {}) {
    super(message);
    this.reason = reason;
    this.status = status;
    this.extra = extra;
  }
}

const routePattern = /^\/v1\/(?:(hello)|(push|ask)\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([A-Za-z0-9_-]{1,64}))$/;
const authorizationPattern = /^QS1 ts=(\d{13}), body=([0-9a-f]{64}), sig=([A-Za-z0-9+/]{86}==)$/;
const keyPattern = /^[A-Za-z0-9_-]{22}$/;

/**
 * Finds out what a request wants. Only the exact form of a path is accepted, so the path that was signed is the one that acts.
 *
 * @param {Request} request
 */
function route(request) {
  const { origin, host, pathname } = new URL(request.url);
  const match = request.url === origin + pathname ? routePattern.exec(pathname) : null;
  if (match === null) throw new Rejected("no_such_route", 404, "The path is not one of version 1 of the protocol.");
  const [, hello, call = "hello", queue = "", deployment = ""] = match;
  const method = hello === undefined ? "POST" : "GET";
  if (request.method !== method) {
    throw new Rejected("wrong_method", 405, `The method must be ${method}.`, { allow: method });
  }
  return { call, queue, deployment, host, pathname };
}

/**
 * Verifies the signature, then reads the body and compares it with the signed digest.
 *
 * @param {Request} request
 * @param {{ readonly host: string, readonly pathname: string }} target
 * @param {Env} env
 */
async function readVerified(request, { host, pathname }, env) {
  const match = authorizationPattern.exec(request.headers.get("authorization") ?? "");
  if (match === null) throw new Rejected("unauthorized", 401, "The request is not signed.");
  const [, time = "", digest = "", signature = ""] = match;
  const now = Date.now();
  if (Math.abs(now - Number(time)) > clockSkewMs) {
    throw new Rejected("expired", 401, "The time of the request differs from the Worker's by more than 5 minutes.", {
      now,
    });
  }
  const text = new TextEncoder().encode(["QS1", request.method, host, pathname, time, digest].join("\n"));
  const signatureBytes = Uint8Array.from(atob(signature), (char) => char.charCodeAt(0));
  if (!(await crypto.subtle.verify("Ed25519", await importKey(env), signatureBytes, text))) {
    throw new Rejected("unauthorized", 401, "The request is signed with another key, or for another address.");
  }
  const body = await readBody(request);
  if (hex(await crypto.subtle.digest("SHA-256", body)) !== digest) {
    throw new Rejected("unauthorized", 401, "The body is not the one that was signed.");
  }
  return body;
}

/** Imported once for each value of the binding. @type {{ x: string, key: ReturnType<typeof crypto.subtle.importKey> } | undefined} */
let imported;

/** @param {Env} env */
async function importKey(env) {
  const x = env.PUBLIC_KEY;
  if (typeof x !== "string") throw misconfigured("The binding PUBLIC_KEY is missing.");
  if (imported?.x !== x) {
    const jwk = { kty: "OKP", crv: "Ed25519", x };
    imported = { x, key: crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["verify"]) };
  }
  try {
    return await imported.key;
  } catch {
    throw misconfigured("The binding PUBLIC_KEY is not an Ed25519 key of 32 bytes in base64url.");
  }
}

/** Reads a body of at most 512,000 bytes. @param {Request} request */
async function readBody(request) {
  const body = new Uint8Array(bodyLimit);
  let length = 0;
  for await (const chunk of request.body ?? []) {
    if (length + chunk.length <= bodyLimit) body.set(chunk, length);
    length += chunk.length;
    if (length > discardLimit) break;
  }
  if (length > bodyLimit) throw new Rejected("too_large", 413, "The body has more than 512,000 bytes.");
  return body.subarray(0, length);
}

/** @param {string} message */
const misconfigured = (message) => new Rejected("misconfigured", 500, message);

/** @param {string} message */
const badRequest = (message) => new Rejected("bad_request", 400, message);

/** @param {ArrayBuffer} buffer */
function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array} body */
function decode(body) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw badRequest("The body is not UTF-8.");
  }
}

/** @param {string} text @param {string} what @returns {unknown} */
function parseJson(text, what) {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`The ${what} is not JSON.`);
  }
}

/**
 * @param {unknown} value
 * @param {string} what
 * @param {readonly string[]} required
 * @param {readonly string[]} [optional]
 * @returns {Record<string, unknown>}
 */
function readObject(value, what, required, optional = []) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRequest(`The ${what} is not an object.`);
  }
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw badRequest(`The ${what} has no ${missing}.`);
  if (!Object.keys(value).every((name) => required.includes(name) || optional.includes(name))) {
    throw badRequest(`The ${what} has a field that the protocol does not have.`);
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @param {number} limit @returns {string[]} */
function readKeys(value, limit) {
  if (!Array.isArray(value) || value.length === 0 || value.length > limit) {
    throw badRequest(`The keys are not an array of 1 to ${limit}.`);
  }
  const bad = value.findIndex((key) => typeof key !== "string" || !keyPattern.test(key));
  if (bad !== -1) throw badRequest(`The key number ${bad + 1} is not 22 characters of base64url.`);
  if (new Set(value).size < value.length) throw badRequest("A key is there twice.");
  return value;
}

/** Reads the two lines of a push. @param {string} text */
function readPush(text) {
  const end = text.indexOf("\n");
  if (end === -1) throw badRequest("The body has no second line.");
  const head = readObject(parseJson(text.slice(0, end), "first line"), "first line", ["keys", "resend_in_doubt"]);
  const keys = readKeys(head.keys, pushLimit);
  if (typeof head.resend_in_doubt !== "boolean") throw badRequest("The field resend_in_doubt is not true or false.");
  const rest = readObject(parseJson(text.slice(end + 1), "second line"), "second line", ["messages"]);
  if (!Array.isArray(rest.messages) || rest.messages.length !== keys.length) {
    throw badRequest("There is not one message for each key.");
  }
  return { keys, resendInDoubt: head.resend_in_doubt, messages: rest.messages.map(readMessage) };
}

/** @param {unknown} value @param {number} index @returns {QueueMessage} */
function readMessage(value, index) {
  const what = `message number ${index + 1}`;
  const message = readObject(value, what, ["body", "content_type"], ["delay_seconds"]);
  const { body, content_type: contentType, delay_seconds: delaySeconds } = message;
  if (contentType !== "json" && contentType !== "text") {
    throw badRequest(`The content_type of ${what} is neither json nor text.`);
  }
  if (contentType === "text" && (typeof body !== "string" || !body.isWellFormed())) {
    throw badRequest(`The body of ${what} is not a text.`);
  }
  if (delaySeconds === undefined) return { body, contentType };
  if (!Number.isInteger(delaySeconds) || Number(delaySeconds) < 0 || Number(delaySeconds) > maxDelaySeconds) {
    throw badRequest(`The delay_seconds of ${what} is not a whole number from 0 to ${maxDelaySeconds}.`);
  }
  return { body, contentType, delaySeconds: Number(delaySeconds) };
}

/** Lists the names of the bound queues. Names of queues have no `_`, and names of bindings no `-`. @param {Env} env */
function listQueues(env) {
  return Object.keys(env)
    .filter((name) => name.startsWith("QUEUE_") && isQueue(env[name]))
    .map((name) => name.slice("QUEUE_".length).replaceAll("_", "-"))
    .sort();
}

/** @param {unknown} binding */
function isQueue(binding) {
  return typeof binding === "object" && binding !== null && "sendBatch" in binding;
}

/** @param {Request} request @param {Env} env @param {Pick<Context, "waitUntil">} ctx */
async function handle(request, env, ctx) {
  const target = route(request);
  const text = decode(await readVerified(request, target, env));
  if (target.call === "hello") {
    const digest = env.CODE_DIGEST;
    return {
      version,
      state: "ready",
      code_digest: typeof digest === "string" ? digest : null,
      queues: listQueues(env),
    };
  }
  const binding = `QUEUE_${target.queue.replaceAll("-", "_")}`;
  if (!isQueue(env[binding])) throw new Rejected("no_such_queue", 404, `The Worker has no binding ${binding}.`);
  const namespace = /** @type {LedgerNamespace | undefined} */ (env.LEDGER);
  if (namespace === undefined) throw misconfigured("The binding LEDGER is missing.");
  // A queue of its own, a ledger of its own: what was sent to one queue says nothing about another.
  const ledger = namespace.get(namespace.idFromName(`${target.queue}/${target.deployment}`));
  if (target.call === "ask") return ledger.ask(readKeys(parseJson(text, "body"), askLimit));
  const { keys, resendInDoubt, messages } = readPush(text);
  const answer = ledger.push(binding, keys, messages, resendInDoubt);
  // The work continues if the client disconnects.
  ctx.waitUntil(
    answer.then(
      () => {},
      () => {},
    ),
  );
  return answer;
}

export default {
  /** @param {Request} request @param {Env} env @param {Pick<Context, "waitUntil">} ctx */
  async fetch(request, env, ctx) {
    try {
      return Response.json(await handle(request, env, ctx));
    } catch (error) {
      if (error instanceof Rejected) {
        const { reason, status, message, extra } = error;
        return Response.json({ version, state: "rejected", reason, message, ...extra }, { status });
      }
      return Response.json({ version, state: "unavailable", message: describe(error) }, { status: 503 });
    }
  },
};
