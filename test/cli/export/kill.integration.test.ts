import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { manualClock } from "../../../src/emulator/index.ts";
import { start } from "../support/run.ts";
import { makeShop, type Shop } from "./support/shop.ts";

const killAt = ["--import", fileURLToPath(new URL("support/kill-at.ts", import.meta.url))];
const name = "messages/redrive/a";
const args = ["orders-dead", "--out", name, "--take", "--visibility-timeout", "1"];
const bodies = [{ n: 1 }, { n: 2 }, { n: 3 }];

/** Creates a shop with a manual clock, so that the test decides when leases expire. */
async function makeKillShop() {
  const clock = manualClock(Date.UTC(2026, 10, 27));
  const shop = await makeShop({ clock });
  await shop.fill(bodies.map((body) => ({ body })));
  return { shop, clock };
}

/** Exports again after a kill and checks the guarantees. @returns the number of messages that the run named */
async function continues(shop: Shop, isOver = false): Promise<number> {
  // Side by side with others, so in a process of its own.
  const { code, stderr } = isOver ? { code: 0, stderr: "" } : await shop.export(args, { node: [] });
  // No message is lost or duplicated.
  expect((await shop.pushed()).orders, stderr).toEqual(bodies);
  expect(shop.emulator.messages("orders-dead")).toEqual([]);
  const [, named] = /EXPORT_UNCONFIRMED: (\d+) messages? .*: messages\/redrive\/a\.ndjson:1-3\./.exec(stderr) ?? [];
  expect(code).toBe(named === undefined ? 0 : 1);
  return Number(named ?? 0);
}

describe("SIGKILL", () => {
  it("between any two writes of the process loses no message and duplicates none", async () => {
    const { shop: reference } = await makeKillShop();
    await using _ = reference;
    const list = join(reference.folder, "calls.txt");
    const watched = { KILL_FOLDER: join(reference.folder, "messages") };
    expect((await reference.export(args, { env: { ...watched, KILL_LIST: list }, node: killAt })).code).toBe(0);
    const calls = readFileSync(list, "utf8").trim().split("\n");
    const points = calls.flatMap((call, at) =>
      /^(append|write) /.test(call)
        ? [
            { at, half: true },
            { at, half: false },
          ]
        : [{ at, half: false }],
    );
    expect(points.length).toBeGreaterThan(15);
    let named = 0;
    const kill = async ({ at, half }: { readonly at: number; readonly half: boolean }) => {
      const { shop, clock } = await makeKillShop();
      await using _ = shop;
      const env = { KILL_FOLDER: join(shop.folder, "messages"), KILL_AT: String(at), ...(half && { KILL_HALF: "1" }) };
      expect((await shop.export(args, { env, node: killAt })).code).toBeNull();
      clock.advance(1_001);
      // Not `named += await …`, which reads the number before it waits: others count meanwhile.
      const more = await continues(shop);
      named += more;
    };
    // Four at a time, since runs wait for leases to expire.
    const left = [...points];
    await Promise.all(
      [1, 2, 3, 4].map(async () => {
        for (let point = left.shift(); point !== undefined; point = left.shift()) await kill(point);
      }),
    );
    expect({ calls, points: points.length, named }).toMatchInlineSnapshot(`
      {
        "calls": [
          "opened a.progress",
          "append a.progress",
          "datasync a.progress",
          "append a.progress",
          "datasync a.progress",
          "opened a.ndjson",
          "append a.ndjson",
          "datasync a.ndjson",
          "append a.progress",
          "datasync a.progress",
          "rm a.yaml.tmp",
          "opened a.yaml.tmp",
          "write a.yaml.tmp",
          "link a.yaml",
          "rm a.yaml.tmp",
          "rm a.text.ndjson",
          "rm a.unpushable.ndjson",
          "rm a.progress",
        ],
        "named": 6,
        "points": 23,
      }
    `);
  }, 300_000);

  it.each([
    ["pull", "before"],
    ["pull", "after"],
    ["ack", "before"],
    ["ack", "after"],
  ] as const)(
    "while one %s is under way, %s it takes effect",
    async (route, when) => {
      const { shop, clock } = await makeKillShop();
      await using _ = shop;
      const hold = shop.emulator.hold({ route }, when);
      const child = start(["export", ...args], { cwd: shop.folder, env: shop.env });
      await hold.arrived;
      child.kill("SIGKILL");
      await once(child, "close");
      hold.drop();
      await shop.emulator.idle();
      clock.advance(1_001);
      // Only an acknowledgement that took effect leaves messages whose outcome the next run cannot determine.
      expect(await continues(shop)).toBe(route === "ack" && when === "after" ? 3 : 0);
    },
    120_000,
  );
});

it("SIGINT ends the export after the current batch", async () => {
  const { shop } = await makeKillShop();
  await using _ = shop;
  const hold = shop.emulator.hold({ route: "ack" }, "before");
  const child = start(["export", ...args], { cwd: shop.folder, env: shop.env });
  await hold.arrived;
  child.kill("SIGINT");
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (text.includes("Stopping")) hold.release();
  });
  const [code] = await once(child, "close");
  expect([code, stderr]).toEqual([
    1,
    "Stopping after the current batch …\nEXPORT_STOPPED: the export was interrupted. The 3 messages that were written are kept. Run it again to continue.\n",
  ]);
  expect(shop.emulator.messages("orders-dead")).toEqual([]);
  expect(await continues(shop)).toBe(0);
}, 120_000);
