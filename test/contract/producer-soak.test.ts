/** The short version of `npm run soak:worker`. */

import { expect, it } from "vitest";
import { findViolations, type SoakResult, soak, summarize } from "./producer/soak.ts";

it.each([
  ["with cut connections, nothing is twice, nor reported", "resend", false],
  ["with kills and resets, `resend` duplicates only what it reports", "resend", true],
  ["with kills and resets, `stop` duplicates nothing", "stop", true],
] as const)("loses nothing: %s", async (_, policy, isDeadly) => {
  const seed = Number(process.env.QUEUE_SEEDER_SOAK_SEED ?? 1);
  const result = await soak({ runtime: "wrangler", seed, messages: 4_000, policy, isDeadly });
  expect(findViolations(result), summarize(result)).toEqual([]);
  const { counts } = result;
  // Otherwise it tested nothing.
  expect(Math.min(counts.lost, counts.refused, counts.repeated)).toBeGreaterThan(0);
  expect(Math.min(counts.kills, counts.resets, counts.inDoubt) > 0).toBe(isDeadly);
});

const setup = { runtime: "wrangler", seed: 1, messages: 2, policy: "resend", isDeadly: true } as const;
const clean: SoakResult = {
  setup,
  times: [1, 1],
  reported: new Set(),
  givenUp: new Set(),
  statuses: ["accepted", "accepted"],
  counts: { requests: 1, lost: 0, refused: 0, inDoubt: 0, repeated: 0, kills: 0, resets: 0 },
};

it.each<[string, Partial<SoakResult>]>([
  ["1 is lost", { times: [1, 0], statuses: ["accepted", "unseen"] }],
  ["1 is there 2 times, and was not reported", { times: [1, 2] }],
  [
    "1 is there 2 times, although it was never to be sent again",
    { times: [1, 2], reported: new Set([1]), setup: { ...setup, policy: "stop" } },
  ],
  ["1 is there, and the ledger has not seen it", { statuses: ["accepted", "unseen"] }],
  ["1 is not there, and the ledger has it as accepted", { times: [1, 0], givenUp: new Set([1]) }],
  [
    "1 is in doubt, although only the Worker's own answers were lost",
    { reported: new Set([1]), setup: { ...setup, isDeadly: false } },
  ],
])("finds that %s", (violation, change) => {
  expect(findViolations({ ...clean, ...change })).toEqual([violation]);
});
