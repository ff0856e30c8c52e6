import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenBucket } from "../../../src/push/rate/token-bucket.ts";

test("grants its burst and one more at once, then its rate per second", () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 3 });
  const taken: number[] = [];
  let now = 1_000;
  for (let i = 0; i < 6; i++) {
    now = Math.max(now, bucket.readyAt(now));
    bucket.take(1, now);
    taken.push(now - 1_000);
  }
  expect(taken).toEqual([0, 0, 0, 0, 100, 200]);
});

test("never grants more in any period than it promises, and never gets stuck", () => {
  const amounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 400 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      amounts,
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 200 }),
      (takes, perSecond, burst) => {
        const bucket = createTokenBucket({ perSecond, burst });
        const taken: { at: number; amount: number }[] = [];
        let now = 0;
        for (const [amount, idle] of takes) {
          now += idle;
          const ready = bucket.readyAt(now);
          expect(ready).toBeLessThanOrEqual(now + (100 * 1000) / perSecond + 1);
          now = Math.max(now, ready);
          bucket.take(amount, now);
          taken.push({ at: now, amount });
        }
        for (const [from, { at: start }] of taken.entries()) {
          let sum = 0;
          for (const { at, amount } of taken.slice(from)) {
            expect(sum).toBeLessThanOrEqual(burst + ((at - start) * perSecond) / 1000 + 0.001);
            sum += amount;
          }
        }
      },
    ),
  );
});
