import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { Killed, stepping } from "./support/kill.ts";
import { makeWorld, numbered } from "./support/world.ts";

const count = 100_000;

it("takes 100,000 messages, each once, with a kill on the way and another consumer next to it", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(count));
  const others: number[] = [];
  const { source } = world.ports;
  let pulls = 0;
  const shared = {
    ...source,
    pull: async (...args: Parameters<typeof source.pull>) => {
      pulls += 1;
      if (pulls % 100 === 0) others.push(...(await takeElsewhere()));
      return source.pull(...args);
    },
  };
  const takeElsewhere = async () => {
    const { json } = await world.call("/messages/pull", { batch_size: 10 });
    const { messages } = (json as { result: { messages: { body: string; lease_id: string }[] } }).result;
    await world.call("/messages/ack", { acks: messages.map(({ lease_id }) => ({ lease_id })) });
    return messages.map(({ body }) => JSON.parse(Buffer.from(body, "base64").toString()).n as number);
  };

  const { ports } = stepping({ ...world.ports, source: shared }, 2_000, "half");
  await expect(world.take({}, ports)).rejects.toThrow(Killed);
  const taken = await world.take({}, { source: shared });
  expect(taken).toMatchObject({ remaining: 0, backlog: 0, stopped: false });
  expect(taken.unsettled.length).toBeLessThanOrEqual(100);

  const seen = new Uint8Array(count);
  for (const n of others) seen[n] = (seen[n] ?? 0) + 1;
  for await (const line of createInterface({ input: createReadStream(join(world.folder, "out.ndjson")) })) {
    const { n } = JSON.parse(line) as { n: number };
    seen[n] = (seen[n] ?? 0) + 1;
  }
  expect(others.length).toBeGreaterThan(50);
  expect(seen.every((times) => times === 1)).toBe(true);
}, 240_000);
