import { once } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "../../src/push/index.ts";

test("a moment that has passed is no wait, and nothing that Node would warn of", async () => {
  const warned = once(process, "warning").then(([warning]) => String(warning));
  await systemClock.sleep(-2);
  // Node emits a warning on the next tick; this one comes after any of the clock's.
  process.emitWarning("the end");
  expect(await warned).toContain("the end");
});
