/** The short version of `npm run soak -- --transport worker`: the whole product through the Worker, under real workerd. */

import { expect, it } from "vitest";
import { findingText } from "../engine/soak/invariants.ts";
import { type RoundResult, runLifecycle } from "../engine/soak/stack-lifecycle.ts";
import type { SoakTransport } from "../engine/soak/worker-transport.ts";

/**
 * A round with two manifests, one with `in_doubt: stop`, in which an answer is not the Worker's, the provider is killed while its answer
 * is lost and, with all faults, workerd is killed when the queue has a batch.
 */
const seed = 28_154;

it.each<[SoakTransport, string, readonly string[]]>([
  ["worker", "doubles nothing unknown", ["kill workerd"]],
  [
    "worker, cut",
    "doubles nothing and has nothing in doubt, if only connections are cut",
    ["504 empty", "kill provider"],
  ],
])("%s: loses nothing, and %s", { timeout: 600_000 }, async (transport, _, expected) => {
  const results: RoundResult[] = [];
  const findings = await runLifecycle(seed, 1, (result) => results.push(result), { transport });
  const transcript = results.map((result) => result.transcript).join("\n");
  expect(findings.map(findingText), transcript).toEqual([]);
  const hits = results.flatMap((result) => result.hits.flat()).join("\n");
  for (const name of expected) expect(hits).toContain(name);
});
