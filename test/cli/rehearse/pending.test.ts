import { describe, expect, it } from "vitest";
import { type PendingOptions, pendingManifests } from "../../../src/cli/rehearse/pending.ts";
import { loadStackSnapshot, type StackSnapshot } from "../../../src/cli/shared/deployment/stack-snapshot.ts";
import { makePlan } from "../../../src/cli/shared/plan/make-plan.ts";
import { EngineNotFoundError } from "../../../src/engine/pulumi.ts";
import type { RehearsedMessage } from "../../../src/rehearse/types.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";

const options: PendingOptions = { all: false, paths: [], sample: undefined, seed: 1, secrets: new Map() };
const files = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": `config:
  queue-seeder:accountId: ${"a".repeat(32)}
  queue-seeder:queues: { orders: { id: q1 }, mails: { id: q2 } }
  shop:token: { secure: AAABAA== }
  shop:region: eu
`,
};

async function factsOf(root: string, messages: Readonly<Record<string, string>>): Promise<StackSnapshot> {
  writeFiles(root, { ...files, ...messages });
  return loadStackSnapshot(root, { full: "dev", short: "dev" }, () =>
    Promise.reject(new EngineNotFoundError("there is none")),
  );
}

async function read(facts: StackSnapshot, more: Partial<PendingOptions> = {}) {
  const manifests = await pendingManifests(facts, { ...options, ...more }, {});
  const all: RehearsedMessage[][] = [];
  for (const manifest of manifests) {
    const messages: RehearsedMessage[] = [];
    for await (const some of manifest.read()) messages.push(...some);
    all.push(messages);
  }
  return { manifests, messages: all };
}

describe("what is rehearsed", () => {
  it("is what the plan counts, encoded as for the push, with its location", async () => {
    using root = temporaryFolder();
    const facts = await factsOf(root.path, {
      "messages/orders.yaml": `queue: orders
dedup_field: key
messages:
  - id: first
    body: { region: "\${config.region}", price: 1.50, token: "a\${secret.token}b" }
    delay_seconds: 60
`,
      "messages/words.yaml": `queue: mails
messages:
  - body: "é\\u2028"
    content_type: text
`,
    });
    const { manifests, messages } = await read(facts);
    expect(manifests).toMatchObject([
      { name: "orders", queue: "orders", pending: 1, drawn: 1, notes: [] },
      { name: "words", queue: "mails", pending: 1, drawn: 1, notes: [] },
    ]);
    expect(messages.flat()).toMatchObject([
      {
        location: { file: "messages/orders.yaml", line: 4, column: 5 },
        encoded: {
          label: "first",
          // The name of the secret replaces its value.
          bodyJson: '{"region":"eu","price":1.5,"token":"a${secret.token}b","key":"first"}',
          delaySeconds: 60,
        },
      },
      {
        location: { file: "messages/words.yaml", line: 3 },
        encoded: { label: "#1", bodyJson: '"é\u2028"', contentType: "text", bytes: 5 },
      },
    ]);
    const given = await read(facts, { secrets: new Map([["token", "T"]]) });
    expect(given.messages[0]?.[0]?.encoded.bodyJson).toContain('"token":"aTb"');
    const plan = await makePlan(facts, {});
    expect(plan.total.messages).toBe(2);
  });

  it("is a sample of each manifest, the same for the same seed, at the rows of its data file", async () => {
    using root = temporaryFolder();
    const facts = await factsOf(root.path, {
      "messages/rows.yaml": "queue: orders\nsource: { file: rows.ndjson }\n",
      "messages/rows.ndjson": Array.from({ length: 12_345 }, (_, n) => `${n}\n`).join(""),
      "messages/some.yaml": "queue: orders\nmessages:\n  - body: 1\n",
    });
    const { manifests, messages } = await read(facts, { sample: 50, seed: 3 });
    expect(manifests.map(({ name, pending, drawn }) => [name, pending, drawn])).toEqual([
      ["rows", 12_345, 50],
      ["some", 1, 1],
    ]);
    const bodies = (all: readonly RehearsedMessage[] = []) => all.map(({ encoded }) => Number(encoded.bodyJson));
    const drawn = bodies(messages[0]);
    expect(drawn).toHaveLength(50);
    // The sample is from all segments, in order, each message with its line and number.
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn.some((n) => n < 5_000) && drawn.some((n) => n > 10_000)).toBe(true);
    expect(messages[0]?.map(({ location }) => [location.file, location.line])).toEqual(
      drawn.map((n) => ["messages/rows.ndjson", n + 1]),
    );
    expect(messages[0]?.map(({ encoded }) => encoded.label)).toEqual(drawn.map((n) => `#${n + 1}`));
    expect(bodies((await read(facts, { sample: 50, seed: 3 })).messages[0])).toEqual(drawn);
    expect(bodies((await read(facts, { sample: 50, seed: 4 })).messages[0])).not.toEqual(drawn);
    expect((await read(facts)).messages.map((all) => all.length)).toEqual([12_345, 1]);
  });

  it("is limited to the named files and folders", async () => {
    using root = temporaryFolder();
    const one = "queue: orders\nmessages:\n  - body: 1\n";
    const facts = await factsOf(root.path, {
      "messages/a.yaml": one,
      "messages/b/c.yaml": one,
      "messages/bc.yaml": one,
    });
    const names = async (...paths: string[]) => (await read(facts, { paths })).manifests.map(({ name }) => name);
    expect(await names()).toEqual(["a", "b/c", "bc"]);
    expect(await names("messages/b")).toEqual(["b/c"]);
    expect(await names("messages/a.yaml", "messages/bc.yaml")).toEqual(["a", "bc"]);
    expect(await names("messages")).toEqual(["a", "b/c", "bc"]);
  });
});
