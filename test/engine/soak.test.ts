import { expect, it } from "vitest";
import { findingText } from "./soak/judge.ts";
import { live } from "./soak/life.ts";

/**
 * The short schedule. Kills of the CLI, of the provider and of both, SIGINT and SIGTERM, a stack that is destroyed and deployed
 * again, and a token that others use up are in it; see soak/main.ts.
 */
const seed = 2;
const rounds = 5;

it(`loses nothing, and doubles nothing unknown, whatever goes wrong: seed ${seed}`, { timeout: 600_000 }, async () => {
  const transcripts: string[] = [];
  const struck: string[] = [];
  const findings = await live(seed, rounds, (result) => {
    struck.push(...result.struck.flat());
    if (result.destroyed) struck.push("destroyed");
    if (result.findings.length > 0) transcripts.push(result.transcript);
  });
  expect(findings.map(findingText), transcripts.join("\n")).toEqual([]);
  for (const word of ["kill cli", "kill provider", "SIGINT", "SIGTERM", "destroyed"]) {
    expect(struck.join("\n")).toContain(word);
  }
});
