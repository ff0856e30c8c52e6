import { describe, expect, it } from "vitest";
import { inspectSettings, readSettings, SettingsError } from "../../src/config/settings.ts";
import { transportOf } from "../../src/config/worker-settings.ts";

const account = "0123456789abcdef0123456789abcdef";

function read(values: { accountId?: string; inDoubt?: string; queues?: unknown }, env: NodeJS.ProcessEnv = {}) {
  return readSettings(
    {
      get: (key) => (key === "accountId" || key === "inDoubt" ? values[key] : undefined),
      getObject: (key) => (key === "queues" ? values.queues : undefined),
    },
    env,
  );
}

function faults(queues: unknown): string {
  try {
    read({ accountId: account, queues });
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return String(error instanceof Error ? error.message : error);
  }
  throw new Error("nothing was refused");
}

describe("the stack's configuration", () => {
  it("accepts existing queues and queues to create, with settings in either spelling", () => {
    const { accountId, queues } = read({
      accountId: account,
      queues: {
        orders: { id: "a1" },
        emails: { create: true },
        old: { create: true, name: "old", adopt: "0ld", protect: false },
        kept: { create: true, name: "k", adopt: "k3pt", jurisdiction: "eu" },
        slow: {
          create: true,
          name: "slow-dev",
          protect: true,
          settings: { delivery_delay: 60, messageRetentionPeriod: 3600 },
        },
      },
    });
    expect(accountId).toBe(account);
    expect(Object.fromEntries(queues)).toEqual({
      orders: { kind: "existing", id: "a1" },
      emails: { kind: "create", name: "emails", settings: {}, protect: false },
      old: { kind: "create", name: "old", settings: {}, protect: false, adopt: "0ld" },
      kept: { kind: "create", name: "k", settings: {}, protect: true, adopt: "k3pt", jurisdiction: "eu" },
      slow: {
        kind: "create",
        name: "slow-dev",
        settings: { deliveryDelay: 60, messageRetentionPeriod: 3600 },
        protect: true,
      },
    });
  });

  it("takes the account from the environment if the configuration has none, and has none if neither sets it", () => {
    expect(read({}, { CLOUDFLARE_ACCOUNT_ID: account }).accountId).toBe(account);
    expect(read({ accountId: "own" }, { CLOUDFLARE_ACCOUNT_ID: account }).accountId).toBe("own");
    expect(read({}, { CLOUDFLARE_ACCOUNT_ID: "" }).accountId).toBeUndefined();
  });

  it("accepts the two policies for messages in doubt, and no other word", () => {
    expect([read({}).inDoubt, read({ inDoubt: "" }).inDoubt, read({ inDoubt: "stop" }).inDoubt]).toEqual([
      "resend",
      "resend",
      "stop",
    ]);
    expect(() => read({ inDoubt: "never" })).toThrow(/^queue-seeder:inDoubt CONFIG_INVALID: /);
  });

  it("accepts one pattern for production stacks, or a list, and nothing else", () => {
    const production = (value: string) =>
      readSettings(
        {
          get: (key) => (key === "production" ? value : undefined),
          getObject: (key) => (key === "production" ? JSON.parse(value) : undefined),
        },
        {},
      ).production;
    expect([production(""), production("prod-*"), production('["prod","p?"]')]).toEqual([
      [],
      ["prod-*"],
      ["prod", "p?"],
    ]);
    for (const wrong of ["[7]", "[", '{"a":1}', "a b"]) expect(() => production(wrong)).toThrow(/production CONFIG_/);
  });

  it("accepts a body schema for a queue of either kind", () => {
    const { queues } = read({
      queues: { a: { id: "a1", body_schema: "schemas/a.json" }, b: { create: true, body_schema: "b.json" } },
    });
    expect([...queues.values()].map(({ bodySchema }) => bodySchema)).toEqual(["schemas/a.json", "b.json"]);
  });

  it.each<[string, unknown, string]>([
    ["a list", [], "queue-seeder:queues CONFIG_INVALID: it is not a map"],
    ["a queue that is not a map", { orders: "a1" }, "queues.orders CONFIG_INVALID: it is not a map"],
    ["neither id nor create", { orders: {} }, "either `id` or `create: true`"],
    ["both", { orders: { id: "a", create: true } }, "either `id` or `create: true`"],
    ["an id that YAML took for a number", { orders: { id: 123 } }, "queues.orders.id CONFIG_INVALID"],
    ["an id that leads elsewhere", { orders: { id: "../x" } }, "queues.orders.id CONFIG_INVALID"],
    ["an unknown key", { orders: { id: "a", idd: 1 } }, "queues.orders.idd CONFIG_INVALID"],
    ["an unknown key next to create", { orders: { create: true, nane: "o" } }, "queues.orders.nane CONFIG_INVALID"],
    ["an unknown setting", { orders: { create: true, settings: { delay: 1 } } }, "settings.delay CONFIG_INVALID"],
    ["a setting of another type", { o: { create: true, settings: { deliveryDelay: "60" } } }, "is not a number"],
    ["settings that are not a map", { o: { create: true, settings: 1 } }, "queues.o.settings CONFIG_INVALID"],
    ["an empty name", { o: { create: true, name: "" } }, "queues.o.name CONFIG_INVALID"],
    ["an id to adopt that is none", { o: { create: true, adopt: 7 } }, "queues.o.adopt CONFIG_INVALID"],
    ["an id to adopt without create", { o: { id: "a", adopt: "a" } }, "queues.o.adopt CONFIG_INVALID"],
    ["a queue to adopt that would be renamed", { o: { create: true, adopt: "a" } }, "the queue's own name is missing"],
    ["no jurisdiction", { o: { create: true, jurisdiction: "mars" } }, "one of eu, us, fedramp"],
    ["protect that is neither", { o: { create: true, protect: "yes" } }, "queues.o.protect CONFIG_INVALID"],
  ])("refuses %s, and names its location", (_, queues, expected) => {
    expect(faults(queues)).toContain(expected);
  });

  it("reports all problems at once", () => {
    expect(faults({ a: {}, b: { id: 1 }, c: { create: true, settings: { x: 1 } } }).split("\n")).toHaveLength(3);
  });
});

describe("the transport", () => {
  const key = Buffer.alloc(32, 1).toString("base64");
  const orders = { orders: { id: "a1" } };

  /** @param values by key; texts as `get` returns them @param hidden keys with values that cannot be read here */
  function inspect(values: Readonly<Record<string, unknown>>, hidden: readonly string[] = []) {
    const config = {
      get: (key: string) => (typeof values[key] === "string" ? values[key] : undefined),
      getObject: (key: string) => values[key],
      isHidden: (key: string) => hidden.includes(key),
    };
    const { settings, faults } = inspectSettings(config, {});
    return { settings, faults: faults.map(({ location, message }) => `${location.path.join(".")}: ${message}`) };
  }

  it("is REST unless the stack or the queue asks for the Worker", () => {
    const queues = { ...orders, emails: { create: true, transport: "worker" }, rest: { id: "r", transport: "rest" } };
    const transports = (stack: object) => {
      const { settings, faults } = inspect({ queues, workerKey: key, ...stack });
      expect(faults).toEqual([]);
      return [...settings.queues.values()].map((queue) => transportOf(queue, settings));
    };
    expect(transports({})).toEqual(["rest", "worker", "rest"]);
    expect(transports({ transport: "worker" })).toEqual(["worker", "worker", "rest"]);
  });

  it("accepts the address and the name of a Worker that was deployed by hand", () => {
    const given = (worker: unknown) => inspect({ worker }).settings.existingWorker;
    expect(given({ url: "https://seeder.example.com/" })).toEqual({
      url: "https://seeder.example.com",
      name: "queue-seeder",
    });
    expect(given({ url: "http://127.0.0.1:8787", name: "mine" })).toEqual({
      url: "http://127.0.0.1:8787",
      name: "mine",
    });
    expect(given(undefined)).toBeUndefined();
  });

  it("needs a key of 32 bytes in base64, if it can be read", () => {
    const keyless = "the Worker has no key, queue-seeder:workerKey";
    expect(inspect({ queues: orders, transport: "worker" }).faults).toEqual([`transport: ${keyless}`]);
    const own = { queues: { orders: { id: "a1", transport: "worker" } } };
    expect(inspect(own).faults).toEqual([`queues.orders.transport: ${keyless}`]);
    expect(inspect(own, ["workerKey"]).faults).toEqual([]);
    expect(inspect({ ...own, workerKey: key }).faults).toEqual([]);
    for (const workerKey of ["secret", `${key}=`, key.slice(0, -1), ` ${key}`, Buffer.alloc(31).toString("base64")]) {
      const { faults } = inspect({ ...own, workerKey });
      expect(faults).toEqual(["workerKey: it is not a key of 32 bytes in base64"]);
      expect(faults.join("")).not.toContain(workerKey);
    }
  });

  it.each([
    [{ transport: "http" }, "transport: it must be rest or worker"],
    [{ queues: { orders: { id: "a1", transport: "fast" } } }, "queues.orders.transport: it must be rest or worker"],
    [{ queues: { orders: { id: "a1", name: "Not A Name" } } }, "queues.orders.name: it is not a queue's name"],
    [{ worker: "https://seeder.example.com" }, "worker: it is not a map"],
    [{ worker: {} }, "worker.url: it is not a URL"],
    [{ worker: { url: "seeder.example.com" } }, "worker.url: it is not a URL"],
    [
      { worker: { url: "http://seeder.example.com" } },
      "worker.url: it is not an https URL, and the messages would be sent in plain text",
    ],
    [
      { worker: { url: "ftp://127.0.0.1" } },
      "worker.url: it is not an https URL, and the messages would be sent in plain text",
    ],
    [
      { worker: { url: "https://user:pass@seeder.example.com" } },
      "worker.url: it has a user, a path, a query or a fragment",
    ],
    [{ worker: { url: "https://seeder.example.com/v1" } }, "worker.url: it has a user, a path, a query or a fragment"],
    [{ worker: { url: "https://a.example", name: "Mine" } }, "worker.name: it is not the name of a Worker"],
    [{ worker: { url: "https://a.example", uri: "" } }, "worker.uri: unknown key"],
  ])("refuses %j", (values, fault) => {
    expect(inspect({ workerKey: key, ...values }).faults).toEqual([fault]);
  });
});
