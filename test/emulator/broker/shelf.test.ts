import fc from "fast-check";
import { expect, test } from "vitest";
import { Shelf } from "../../../src/emulator/broker/shelf.ts";
import type { QueuedMessage } from "../../../src/emulator/broker/types.ts";

const message = (seq: number): QueuedMessage => ({
  seq,
  text: "x",
  bytes: 1,
  contentType: "text",
  delaySeconds: 0,
  arrivedAt: 0,
  dueAt: 0,
  attempts: 0,
  leased: false,
});

const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 3_000 }), gap: fc.nat(3) }),
  fc.record({ dropFirst: fc.nat(3_000) }),
  fc.record({ dropAt: fc.nat() }),
  fc.constant("clear" as const),
);

test("it does what a map does, also when thousands go from its front", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const shelf = new Shelf();
      const expected = new Map<number, QueuedMessage>();
      let next = 0;
      const drop = (one: QueuedMessage | undefined) => {
        if (one === undefined) return;
        shelf.delete(one);
        expected.delete(one.seq);
      };
      for (const one of steps) {
        if (one === "clear") {
          shelf.clear();
          expected.clear();
        } else if ("add" in one) {
          next += one.gap;
          for (const end = next + one.add; next < end; next += 1) {
            shelf.add(message(next));
            expected.set(next, message(next));
          }
        } else if ("dropFirst" in one) {
          for (let count = 0; count < one.dropFirst && expected.size > 0; count += 1) drop(shelf.oldest());
        } else if (expected.size > 0) drop([...shelf.all()][one.dropAt % expected.size]);
        expect(shelf.size).toBe(expected.size);
        expect(shelf.oldest()).toEqual(expected.values().next().value);
      }
      expect([...shelf.all()]).toEqual([...expected.values()]);
      for (const seq of [0, 1, next - 1, next]) expect(shelf.get(seq)).toEqual(expected.get(seq));
    }),
    { numRuns: 50 },
  );
});
