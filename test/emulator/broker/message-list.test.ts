import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageBlock } from "../../../src/emulator/broker/message-block.ts";
import { MessageList } from "../../../src/emulator/broker/message-list.ts";
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

const draft = { text: "x", bytes: 1, contentType: "text", delaySeconds: undefined } as const;
const createBlock = (size: number, seq: number) => new MessageBlock(Array(size).fill(draft), seq, 0);

const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 3_000 }), gap: fc.nat(3), block: fc.boolean() }),
  fc.record({ dropFirst: fc.nat(3_000) }),
  fc.record({ dropAt: fc.nat() }),
  fc.constant("clear" as const),
);

test("it behaves like a map, also if thousands are removed from its front", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const list = new MessageList();
      const expected = new Map<number, QueuedMessage>();
      let next = 0;
      const drop = (one: QueuedMessage | undefined) => {
        if (one === undefined) return;
        list.delete(one);
        expected.delete(one.seq);
      };
      for (const one of steps) {
        if (one === "clear") {
          list.clear();
          expected.clear();
        } else if ("add" in one) {
          next += one.gap;
          if (one.block) list.addBlock(createBlock(one.add, next), next);
          for (const end = next + one.add; next < end; next += 1) {
            if (!one.block) list.add(message(next));
            expected.set(next, message(next));
          }
        } else if ("dropFirst" in one) {
          for (let count = 0; count < one.dropFirst && expected.size > 0; count += 1) drop(list.oldest());
        } else if (expected.size > 0) drop([...list.all()][one.dropAt % expected.size]);
        expect(list.size).toBe(expected.size);
        expect(list.oldest()).toEqual(expected.values().next().value);
      }
      expect([...list.all()]).toEqual([...expected.values()]);
      for (const seq of [0, 1, next - 1, next]) expect(list.get(seq)).toEqual(expected.get(seq));
    }),
    { numRuns: 50 },
  );
});

test("a block returns each of its messages unchanged", () => {
  const texts = ["plain", "zwei Bytes: ä", "", "\u{1f600}"];
  const messages = texts.map((text) => ({ ...draft, text, bytes: Buffer.byteLength(text) }));
  const list = new MessageList();
  list.addBlock(new MessageBlock(messages, 7, 5), 7);
  const found = texts.map((_, index) => list.get(7 + index));
  expect(found.map((one) => one?.text)).toEqual(texts);
  expect(found.map((one) => one?.bytes)).toEqual(messages.map(({ bytes }) => bytes));
  expect(found[0]).toMatchObject({ seq: 7, arrivedAt: 5, dueAt: 5, attempts: 0, leased: false });
  // The returned message and the stored one are the same object.
  if (found[1] !== undefined) found[1].leased = true;
  expect(list.get(8)?.leased).toBe(true);
  expect([...list.all()].map(({ leased }) => leased)).toEqual([false, true, false, false]);
});
