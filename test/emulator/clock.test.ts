import { expect, test } from "vitest";
import { adjustableClock, manualClock } from "../../src/emulator/index.ts";

test("the clock runs faster, jumps, and never goes back", () => {
  const real = manualClock(1_000);
  const clock = adjustableClock(10, real);
  expect(clock.now()).toBe(1_000);
  real.advance(5);
  expect(clock.now()).toBe(1_050);
  clock.setSpeed(1);
  real.advance(5);
  expect(clock.now()).toBe(1_055);
  clock.advance(100);
  expect(clock.now()).toBe(1_155);
  clock.setSpeed(0.5);
  real.advance(3);
  expect(clock.now()).toBe(1_156);
  expect(clock.speed).toBe(0.5);
});
