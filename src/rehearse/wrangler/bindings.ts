import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { type ConfigTable, toTable, toTables, unemulatedBindings, type WranglerConfig } from "./config.ts";

/** Bindings of a Worker, in the form of miniflare's options. */
export type WorkerBindings = Readonly<Record<string, unknown>>;

/** The bindings that a Worker receives from its configuration. */
export interface LocalBindings {
  readonly bindings: WorkerBindings;
  /** Values of the secrets among them, which no report may show. */
  readonly secrets: readonly string[];
  /** Kinds of bindings that the Worker does not receive, by their configuration keys. */
  readonly unsupported: readonly string[];
}

/** Configuration keys of bindings that are not supported here. */
const unsupportedKeys = [...unemulatedBindings, "assets"] as const;

/** Reads the bindings that miniflare can emulate: each starts empty, and nothing in it outlives the rehearsal. */
export function localBindings(config: WranglerConfig): LocalBindings {
  const { values } = config;
  const dev = devVars(config);
  const objects = toTables(toTable(values.durable_objects)?.bindings);
  const sqlite = sqliteClasses(values);
  const foreign = objects.some(({ script_name: script }) => script !== undefined && script !== values.name);
  const bindings = {
    bindings: { ...toTable(values.vars), ...dev },
    kvNamespaces: byBinding(values.kv_namespaces, ({ binding, id }) => id ?? binding),
    d1Databases: byBinding(values.d1_databases, ({ binding, database_id: id }) => id ?? binding),
    r2Buckets: byBinding(values.r2_buckets, ({ binding, bucket_name: name }) => name ?? binding),
    queueProducers: byBinding(toTable(values.queues)?.producers, ({ queue }) => ({ queueName: queue })),
    durableObjects: Object.fromEntries(
      objects
        .filter(({ script_name: script }) => script === undefined || script === values.name)
        .map(({ name, class_name: className }) => [
          String(name),
          { className, useSQLite: sqlite.has(String(className)) },
        ]),
    ),
  };
  return {
    bindings: Object.fromEntries(Object.entries(bindings).filter(([, given]) => Object.keys(given).length > 0)),
    secrets: Object.values(dev),
    unsupported: [
      ...unsupportedKeys.filter((key) => isGiven(values[key])),
      ...(foreign ? ["durable_objects of other Workers"] : []),
    ],
  };
}

/** Reads the local values of the Worker's secrets, as `wrangler dev` does. */
function devVars({ path, environment }: WranglerConfig): Readonly<Record<string, string>> {
  const names = [...(environment === undefined ? [] : [`.dev.vars.${environment}`]), ".dev.vars"];
  const file = names.map((name) => join(dirname(path), name)).find((each) => existsSync(each));
  if (file === undefined) return {};
  const parsed = parseEnv(readFileSync(file, "utf8"));
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function sqliteClasses({ migrations }: ConfigTable): ReadonlySet<string> {
  const lists = toTables(migrations).map((migration) => migration.new_sqlite_classes);
  return new Set(lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])));
}

function byBinding(value: unknown, target: (table: ConfigTable) => unknown): Record<string, unknown> {
  const named = toTables(value).filter(({ binding }) => typeof binding === "string");
  return Object.fromEntries(named.map((table) => [String(table.binding), target(table)]));
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
