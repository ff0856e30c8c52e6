import { expect, it } from "vitest";
import { findingText } from "./soak/judge.ts";
import { live } from "./soak/life.ts";

/** The short schedule. Kills of the CLI, of the provider and of both, SIGINT and SIGTERM are in it; see soak/main.ts. */
const seed = 3;
const rounds = 5;

it(`loses nothing, and doubles nothing unknown, whatever goes wrong: seed ${seed}`, { timeout: 600_000 }, async () => {
  const transcripts: string[] = [];
  const struck: string[] = [];
  const findings = await live(seed, rounds, (result) => {
    struck.push(...result.struck.flat());
    if (result.findings.length > 0) transcripts.push(result.transcript);
  });
  expect(findings.map(findingText), transcripts.join("\n")).toEqual([]);
  expect(struck.join("\n")).toMatch(/kill[\s\S]*SIG/);
});
