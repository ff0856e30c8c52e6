import { describe, expect, it } from "vitest";
import { readSettings, SettingsError } from "../../src/config/settings.ts";

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
  it("takes existing queues and queues to create, with settings spelled either way", () => {
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

  it("takes the account from the environment where the configuration has none, and knows when there is none", () => {
    expect(read({}, { CLOUDFLARE_ACCOUNT_ID: account }).accountId).toBe(account);
    expect(read({ accountId: "own" }, { CLOUDFLARE_ACCOUNT_ID: account }).accountId).toBe("own");
    expect(read({}, { CLOUDFLARE_ACCOUNT_ID: "" }).accountId).toBeUndefined();
  });

  it("takes the policy for messages in doubt, and no other word for one", () => {
    expect([read({}).inDoubt, read({ inDoubt: "" }).inDoubt, read({ inDoubt: "stop" }).inDoubt]).toEqual([
      "resend",
      "resend",
      "stop",
    ]);
    expect(() => read({ inDoubt: "never" })).toThrow(/^queue-seeder:inDoubt CONFIG_INVALID: /);
  });

  it("takes one pattern for production stacks, or a list, and nothing else", () => {
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

  it("takes a body schema for a queue of either kind", () => {
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
  ])("refuses %s, and says where", (_, queues, expected) => {
    expect(faults(queues)).toContain(expected);
  });

  it("says everything that is wrong at once", () => {
    expect(faults({ a: {}, b: { id: 1 }, c: { create: true, settings: { x: 1 } } }).split("\n")).toHaveLength(3);
  });
});
