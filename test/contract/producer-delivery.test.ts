/** The short version of `npm run soak -- --transport worker`: the whole product through the Worker, under real workerd. */

import { expect, it } from "vitest";
import { findingText } from "../engine/soak/invariants.ts";
import { type RoundResult, runLifecycle } from "../engine/soak/stack-lifecycle.ts";
import type { SoakTransport } from "../engine/soak/worker-transport.ts";

/**
 * A round with one batch of a manifest with `in_doubt: stop`, whose faults find their requests however fast the machine is. The first
 * answer is garbage. With all faults, workerd is killed before the queue has the batch, and the run stops with messages in doubt.
 * Otherwise the client repeats the push, and the provider is killed while the answer is lost.
 */
const seed = 1_451_945;

it.each<[SoakTransport, string, readonly string[]]>([
  ["worker", "doubles nothing unknown", ["garbage", "kill workerd"]],
  [
    "worker, cut",
    "doubles nothing and has nothing in doubt, if only connections are cut",
    ["garbage", "kill provider"],
  ],
])("%s: loses nothing, and %s", { timeout: 600_000 }, async (transport, _, expected) => {
  const results: RoundResult[] = [];
  const findings = await runLifecycle(seed, 1, (result) => results.push(result), { transport });
  const transcript = results.map((result) => result.transcript).join("\n");
  expect(findings.map(findingText), transcript).toEqual([]);
  const hits = results.flatMap((result) => result.hits.flat()).join("\n");
  for (const name of expected) expect(hits, transcript).toContain(name);
});
