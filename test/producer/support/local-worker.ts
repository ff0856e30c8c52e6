/**
 * Runs the shipped Worker in this process, with a small stand-in of the Workers runtime: fast, and able to fail in ways that
 * the real one cannot be made to. The tests in `test/contract` use the real runtime.
 */

import { readFileSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Context, QueueMessage } from "../../../src/producer/runtime.d.ts";

type Fetch = (request: Request, env: object, ctx: Pick<Context, "waitUntil">) => Promise<Response>;
interface Module {
  readonly default: { readonly fetch: Fetch };
  readonly Ledger: new (ctx: Context, env: object) => Record<"push" | "ask", (...values: unknown[]) => unknown>;
}

const source = readFileSync(new URL("../../../src/producer/worker.js", import.meta.url), "utf8");
const runtime = "class DurableObject { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }";

async function loadWorker(): Promise<Module> {
  const text = source.replace(/^import \{ DurableObject \} from "cloudflare:workers";$/m, runtime);
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** What the storage of an object may be asked to fail with. */
export interface StorageFault {
  /** Called before each statement; throws to let it fail. */
  onExec?: (query: string) => void;
  onSync?: () => Promise<void>;
  databaseSize?: number;
}

export interface LocalWorker {
  fetch(request: Request): Promise<Response>;
  /** Ends all objects, as a reset does; their storage stays. */
  reset(): void;
  /** Returns the number of calls of objects that began. */
  calls(): number;
  /** Returns the number of rows of a table, in all objects. */
  rows(table: string): number;
  /** Returns the number of times that objects ended themselves. */
  aborts(): number;
  /** Resolves when everything that was to continue after the answers has ended. */
  idle(): Promise<void>;
}

export interface LocalSetup {
  readonly publicKey?: string;
  /** What `sendBatch` does, by the name of the binding. */
  readonly queues: Readonly<Record<string, (messages: readonly QueueMessage[]) => unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly storage?: StorageFault;
}

/** Starts a Worker. Its objects keep their storage in memory. */
export async function startLocalWorker({
  publicKey,
  queues,
  env: more,
  storage = {},
}: LocalSetup): Promise<LocalWorker> {
  const { default: worker, Ledger } = await loadWorker();
  const databases = new Map<string, DatabaseSync>();
  const objects = new Map<string, InstanceType<typeof Ledger>>();
  const waiting: Promise<unknown>[] = [];
  let aborts = 0;
  let calls = 0;
  const bindings = Object.entries(queues).map(([name, send]) => [
    name,
    { sendBatch: async (messages: readonly QueueMessage[]) => send(messages) },
  ]);
  const open = (name: string): InstanceType<typeof Ledger> => {
    const database = databases.get(name) ?? new DatabaseSync(":memory:");
    databases.set(name, database);
    const abort = () => {
      aborts += 1;
      objects.delete(name);
    };
    const object = objects.get(name) ?? new Ledger(createContext(database, storage, abort), env);
    objects.set(name, object);
    return object;
  };
  /** As over the runtime's RPC, values are copied, and every call returns a promise. */
  const call = async (name: string, method: "push" | "ask", values: unknown[]): Promise<unknown> => {
    const result = open(name)[method](...structuredClone(values));
    calls += 1;
    return structuredClone(await result);
  };
  const env = {
    ...(publicKey !== undefined && { PUBLIC_KEY: publicKey }),
    LEDGER: {
      idFromName: (name: string) => name,
      get: (name: string) => ({
        push: (...values: unknown[]) => call(name, "push", values),
        ask: (...values: unknown[]) => call(name, "ask", values),
      }),
    },
    ...Object.fromEntries(bindings),
    ...more,
  };
  return {
    fetch: (request) => worker.fetch(request, env, { waitUntil: (promise) => waiting.push(promise) }),
    reset: () => objects.clear(),
    calls: () => calls,
    rows: (table) => {
      const counts = [...databases.values()].map((one) => one.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
      return counts.reduce((sum: number, count) => sum + Number(count), 0);
    },
    aborts: () => aborts,
    idle: async () => {
      await Promise.all(waiting);
    },
  };
}

function createContext(database: DatabaseSync, fault: StorageFault, abort: () => void): Context {
  const exec = (query: string, ...values: readonly SQLInputValue[]) => {
    fault.onExec?.(query);
    const rows = database.prepare(query).all(...values);
    return {
      toArray: () => rows,
      one: () => {
        const [row] = rows;
        if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows`);
        return row;
      },
    };
  };
  return {
    storage: {
      sql: {
        exec,
        get databaseSize() {
          return fault.databaseSize ?? 0;
        },
      },
      sync: () => fault.onSync?.() ?? Promise.resolve(),
      transactionSync: (run) => {
        database.exec("BEGIN");
        try {
          const result = run();
          database.exec("COMMIT");
          return result;
        } catch (error) {
          database.exec("ROLLBACK");
          throw error;
        }
      },
    },
    waitUntil: () => {},
    abort,
  };
}
