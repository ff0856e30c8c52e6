import { describe, expect, it } from "vitest";
import { EngineNotFoundError, type Pulumi } from "../../src/engine/pulumi.ts";
import { parseReason } from "../../src/engine/pulumi-internals/cli-messages.ts";
import { parseState, readState } from "../../src/engine/read-state.ts";
import { outputsOf } from "./fixture.ts";

const prefix = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Segment";
const segment = { type: "pulumi-nodejs:dynamic:Segment", urn: `${prefix}::a::b/0`, outputs: outputsOf("a::b") };
const identity = { project: "shop", stack: "dev" };
const exported = (...resources: readonly object[]) => JSON.stringify({ version: 3, deployment: { resources } });

describe("the Pulumi state", () => {
  it("is empty at first", () => {
    expect(parseState(JSON.stringify({ version: 3, deployment: { manifest: {} } }), identity)).toEqual({
      segments: [],
      sources: [],
      createdQueues: new Map(),
      deployments: new Map(),
    });
  });

  it("has segments by their names, and the queues that the stack created", () => {
    const queue = {
      type: "cloudflare:index/queue:Queue",
      urn: "urn:pulumi:dev::shop::x::orders",
      outputs: { queueId: "q7" },
    };
    const ids = { "a::b": "d1" };
    const deployments = {
      type: "pulumi-nodejs:dynamic:Deployments",
      urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Deployments::deployments",
      outputs: { version: 1, root: "..", ids },
    };
    const digest = "v1:AAAAAAAAAAAAAAAAAAAAAA";
    const dataFile = (source: object) => ({
      type: "queue-seeder:index:DataFile",
      urn: "urn:pulumi:dev::shop::queue-seeder:index:DataFile::a::b",
      outputs: { source },
    });
    const source = dataFile({ digest, segments: `3 60 ${digest} ${digest}` });
    const other = { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:dev::shop::y::s" };
    const resources = [other, segment, queue, deployments, source, dataFile({ of: "another version" })];
    expect(parseState(exported(...resources), identity)).toEqual({
      segments: [
        {
          name: "a::b/0",
          urn: segment.urn,
          manifest: "a::b",
          outputs: segment.outputs,
          origin: "manifest",
          replaced: false,
        },
      ],
      sources: [
        {
          digest,
          segments: [
            {
              index: 0,
              messages: 3,
              bytes: 60,
              digest,
              content: { kind: "rows", from: 0, rows: digest, last: true },
            },
          ],
        },
      ],
      createdQueues: new Map([["orders", "q7"]]),
      deployments: new Map([["a::b", "d1"]]),
    });
  });

  it("skips replaced resources that wait for their deletion", () => {
    expect(parseState(exported({ ...segment, delete: true }), identity).segments).toEqual([]);
  });

  it("distinguishes what components deploy from the manifests of the whole program", () => {
    const given = { ...segment, inputs: { inlineMessages: { "4dabf18193072939515e22adb298388d": "secret" } } };
    expect(parseState(exported(given), identity).segments).toMatchObject([{ origin: "values" }]);
    const parents = "queue-seeder:index:MessageManifest";
    const within = { ...segment, urn: `urn:pulumi:dev::shop::${parents}$pulumi-nodejs:dynamic:Segment::seeds/a::b/0` };
    expect(parseState(exported(within), identity).segments).toMatchObject([
      { name: "seeds/a::b/0", origin: "component" },
    ]);
  });

  it("finds a manifest by its name in Pulumi, not by that of older outputs", () => {
    const moved = { ...segment, urn: `${prefix}::new::b/0` };
    expect(parseState(exported(moved), identity).segments).toMatchObject([{ manifest: "new::b", origin: "manifest" }]);
  });

  it("marks what the next run replaces", () => {
    const flags = (more: object) => parseState(exported({ ...segment, ...more }), identity).segments[0]?.replaced;
    expect([flags({}), flags({ taint: true }), flags({ pendingReplacement: true })]).toEqual([false, true, true]);
  });

  it("is refused if another project or stack wrote it", () => {
    const renamed = (urn: string) => () => parseState(exported({ ...segment, urn }), identity);
    expect(renamed(segment.urn.replace("::shop::", "::store::"))).toThrow(
      /^STATE_OF_OTHER_STACK: the state holds resources of store\/dev, and this is shop\/dev\./,
    );
    expect(renamed(segment.urn.replace(":dev::", ":prod::"))).toThrow("of shop/prod, and this is shop/dev");
    expect(renamed(segment.urn)).not.toThrow();
  });

  it("is refused if the id of a queue or an account is encrypted in it", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    for (const more of [{ queueId: secret }, { accountId: secret }]) {
      const text = exported({ ...segment, outputs: { ...segment.outputs, ...more } });
      expect(() => parseState(text, identity)).toThrow(/^ID_SECRET: .*::a::b\/0 is a secret to Pulumi/);
    }
  });

  it("is never treated as empty if it cannot be read", () => {
    const broken = [
      "no JSON",
      JSON.stringify({ deployment: { resources: {} } }),
      exported({ ...segment, outputs: {} }),
      exported({ ...segment, outputs: { ...segment.outputs, ledger: { manifest: "v9:x" } } }),
      exported({
        ...segment,
        outputs: { ...segment.outputs, ledger: { "4dabf18193072939515e22adb298388d": "secret" } },
      }),
    ];
    for (const text of broken) expect(() => parseState(text, identity)).toThrow("LEDGER_UNREADABLE");
  });
});

describe("reading the state", () => {
  const pulumi = (code: number, stdout: string, stderr = ""): Pulumi => ({
    engine: { pulumi: "/bin/pulumi", binDir: "/bin", version: "3.250.0", from: "path" },
    env: {},
    run: async () => ({ code, signal: null, stdout, stderr }),
  });

  it.each([
    [3, "no_login"],
    [6, "no_stack"],
    [1, "unreadable"],
  ])("explains exit code %i: %s", async (code, kind) => {
    const reading = await readState(async () => pulumi(code, "", "warning: old\nerror: it is so.\n"), "dev", identity);
    expect(reading).toEqual({ kind: "none", code: kind, reason: "it is so" });
  });

  it("reports that there is no engine", async () => {
    const reading = await readState(() => Promise.reject(new EngineNotFoundError("there is none")), "dev", identity);
    expect(reading).toEqual({ kind: "none", code: "no_engine", reason: "there is none" });
  });

  it("reads it", async () => {
    const reading = await readState(async () => pulumi(0, exported(segment)), "dev", identity);
    expect(reading).toMatchObject({ kind: "read", state: { segments: [{ name: "a::b/0" }] } });
  });

  it("gives a reason even if Pulumi gives none", () => {
    expect(parseReason("")).toBe("Pulumi gave no reason");
  });
});
