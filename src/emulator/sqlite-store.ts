import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Queue } from "./broker/queue.ts";
import type { BacklogRecorder, Recorder, SavedQueue } from "./broker/recorder.ts";
import type { ContentType, QueuedMessage, QueueRecord } from "./broker/types.ts";

/** The version of the tables below. A file of another version is refused. */
const schemaVersion = 1;

const schema = `
  CREATE TABLE queue (id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, next_seq INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE TABLE message (
    queue INTEGER NOT NULL, seq INTEGER NOT NULL, content_type TEXT NOT NULL, delay_seconds INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, leased INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (queue, seq)
  ) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Stores a broker's queues in a SQLite file. Changes are collected in one transaction until `commit`. With a write-ahead log
 * and `synchronous = NORMAL`, they survive a crash of the process, including kill -9, but not of the machine.
 */
export class SqliteStore implements Recorder {
  readonly #database: DatabaseSync;
  readonly #numbers = new Map<string, number>();
  readonly #statements: Record<"queue" | "dropQueue" | "nextSeq" | "put" | "drop" | "clear", StatementSync>;
  #open = false;

  /** @throws Error with the reason if the file cannot be used */
  constructor(file: string) {
    this.#database = openDatabase(file);
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#statements = {
      queue: prepare(`INSERT INTO queue (id, number, next_seq, data) VALUES (?, ?, 0, ?)
        ON CONFLICT (id) DO UPDATE SET data = excluded.data`),
      dropQueue: prepare("DELETE FROM queue WHERE id = ?"),
      nextSeq: prepare("UPDATE queue SET next_seq = ? WHERE number = ? AND next_seq < ?"),
      put: prepare("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      drop: prepare("DELETE FROM message WHERE queue = ? AND seq = ?"),
      clear: prepare("DELETE FROM message WHERE queue = ?"),
    };
  }

  /** Reads the saved queues, in order of creation. */
  *load(): Generator<SavedQueue> {
    const messages = this.#database.prepare("SELECT * FROM message WHERE queue = ? ORDER BY seq");
    for (const row of this.#database.prepare("SELECT * FROM queue ORDER BY number").all()) {
      const { number, next_seq, data } = row as { number: number; next_seq: number; data: string };
      const queue = JSON.parse(data) as QueueRecord;
      this.#numbers.set(queue.id, number);
      // JSON omits undefined properties, which read the same as absent ones.
      yield { queue, messages: messages.all(number).map(readMessage), nextSeq: next_seq };
    }
  }

  put({ backlog: _, ...queue }: Queue): void {
    this.#begin();
    this.#statements.queue.run(queue.id, this.#number(queue.id), JSON.stringify(queue));
  }

  drop(queueId: string): void {
    this.#begin();
    this.#statements.clear.run(this.#number(queueId));
    this.#statements.dropQueue.run(queueId);
    this.#numbers.delete(queueId);
  }

  backlog(queueId: string): BacklogRecorder {
    const number = this.#number(queueId);
    const { put, drop, clear, nextSeq } = this.#statements;
    const write = (message: QueuedMessage): void => {
      this.#begin();
      const { seq, contentType, delaySeconds, arrivedAt, dueAt, attempts, leased, text } = message;
      put.run(number, seq, contentType, delaySeconds, arrivedAt, dueAt, attempts, leased ? 1 : 0, Buffer.from(text));
      if (attempts === 0) nextSeq.run(seq + 1, number, seq + 1);
    };
    return {
      put: write,
      putAll: (messages) => {
        for (const message of messages()) write(message);
      },
      drop: (seq) => {
        this.#begin();
        drop.run(number, seq);
      },
      clear: () => {
        this.#begin();
        clear.run(number);
      },
    };
  }

  commit(): void {
    if (!this.#open) return;
    this.#database.exec("COMMIT");
    this.#open = false;
  }

  close(): void {
    this.#database.close();
  }

  #begin(): void {
    if (this.#open) return;
    this.#database.exec("BEGIN");
    this.#open = true;
  }

  #number(queueId: string): number {
    const known = this.#numbers.get(queueId);
    if (known !== undefined) return known;
    const number = Math.max(0, ...this.#numbers.values()) + 1;
    this.#numbers.set(queueId, number);
    return number;
  }
}

function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec("BEGIN IMMEDIATE");
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
    if (version === 0 && count === 0) database.exec(schema);
    else if (version !== schemaVersion) throw new Error("it was written by another version of the emulator");
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database?.close();
    const reason = (error as Error).message;
    const remedy = reason.includes("locked") ? "another emulator is using it" : reason;
    throw new Error(`${file} cannot hold the emulator's state: ${remedy}. Use another file, or remove this one.`, {
      cause: error,
    });
  }
}

function readMessage(row: Record<string, unknown>): QueuedMessage {
  const saved = row as Record<"seq" | "delay_seconds" | "arrived_at" | "due_at" | "attempts" | "leased", number> & {
    content_type: ContentType;
    // A blob, because some SQLite functions end a text at the first zero byte.
    body: Uint8Array;
  };
  return {
    seq: saved.seq,
    text: Buffer.from(saved.body).toString(),
    bytes: saved.body.length,
    contentType: saved.content_type,
    delaySeconds: saved.delay_seconds,
    arrivedAt: saved.arrived_at,
    dueAt: saved.due_at,
    attempts: saved.attempts,
    leased: saved.leased === 1,
  };
}
