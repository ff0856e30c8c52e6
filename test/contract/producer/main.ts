import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runtimes } from "./runtime.ts";
import { findViolations, type SoakSetup, soak, summarize } from "./soak.ts";

/** The soak of the producer Worker: `npm run soak:worker -- [--messages N] [--seed S]`, in each version of workerd. */
const { values } = parseArgs({ options: { messages: { type: "string", default: "30000" }, seed: { type: "string" } } });
const messages = Number(values.messages);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(messages) || messages < 1 || !Number.isInteger(seed)) {
  throw new Error("Give --messages and --seed whole numbers.");
}

const modes = [
  { policy: "resend", isDeadly: false },
  { policy: "resend", isDeadly: true },
  { policy: "stop", isDeadly: true },
] as const satisfies readonly Partial<SoakSetup>[];

for (const runtime of runtimes) {
  console.log(`workerd of ${runtime}, seed ${seed}`);
  for (const mode of modes) {
    const result = await soak({ runtime, seed, messages, ...mode });
    console.log(summarize(result));
    const violations = findViolations(result);
    if (violations.length === 0) continue;
    console.log(`${violations.length} violations: ${violations.slice(0, 10).join("; ")}`);
    process.exitCode = 1;
  }
}
