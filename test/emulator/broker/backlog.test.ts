import fc from "fast-check";
import { expect, test } from "vitest";
import { Backlog } from "../../../src/emulator/broker/backlog.ts";
import { messageState } from "../../../src/emulator/broker/message-state.ts";

const unrecorded = { put() {}, putAll() {}, drop() {}, clear() {} };

/** The simplest correct queue: a list that is searched from its start each time. */
interface Expected {
  seq: number;
  arrivedAt: number;
  dueAt: number;
  attempts: number;
  leased: boolean;
}

/** Few and whole seconds, so that times often coincide. */
const seconds = fc.nat(6).map((number) => number * 1000);

const step = fc.oneof(
  fc.record({
    do: fc.constant("add" as const),
    delays: fc.oneof(fc.array(fc.nat(4), { maxLength: 3 }), fc.constant<number[]>([0, 0, 0])),
  }),
  fc.record({ do: fc.constant("lease" as const), count: fc.integer({ min: 1, max: 4 }), ms: seconds }),
  fc.record({ do: fc.constant("wait" as const), ms: seconds }),
  fc.record({ do: fc.constant("ack" as const), pick: fc.nat() }),
  fc.record({ do: fc.constant("releaseLeases" as const), pick: fc.nat(), delay: fc.nat(4) }),
  fc.record({ do: fc.constant("extend" as const), pick: fc.nat(), ms: seconds }),
);

test("any sequence of calls has the same result as on a plain list", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(2),
      fc.integer({ min: 1, max: 60 }),
      (steps, maxRetries, retention) => {
        const expiry = { retentionMs: retention * 1000, maxRetries };
        const backlog = new Backlog(unrecorded);
        let model: Expected[] = [];
        const deadExpected: number[] = [];
        const dead: number[] = [];
        let now = 0;
        let nextSeq = 0;
        const settle = () => {
          model = model.filter((message) => message.arrivedAt + expiry.retentionMs > now);
          for (const message of model.filter((one) => one.leased && one.dueAt <= now)) {
            if (message.attempts > expiry.maxRetries) {
              model.splice(model.indexOf(message), 1);
              deadExpected.push(message.seq);
            } else message.leased = false;
          }
          dead.push(...backlog.settle(now, expiry).map((message) => message.seq));
        };
        const held = (pick: number) => {
          const leased = model.filter((message) => message.leased);
          return leased[pick % Math.max(1, leased.length)];
        };
        for (const one of steps) {
          settle();
          if (one.do === "add") {
            const messages = one.delays.map((delaySeconds) => ({
              text: "x",
              bytes: 1,
              contentType: "text" as const,
              delaySeconds,
            }));
            backlog.add(messages, 0, now);
            for (const delay of one.delays) {
              model.push({ seq: nextSeq++, arrivedAt: now, dueAt: now + delay * 1000, attempts: 0, leased: false });
            }
          } else if (one.do === "wait") now += one.ms;
          else if (one.do === "lease") {
            const wanted = model.filter((message) => !message.leased && message.dueAt <= now).slice(0, one.count);
            for (const message of wanted) {
              Object.assign(message, { leased: true, attempts: message.attempts + 1, dueAt: now + one.ms });
            }
            const taken = backlog.lease(one.count, one.ms, now);
            expect(taken.map((message) => message.seq)).toEqual(wanted.map((message) => message.seq));
          } else {
            const message = held(one.pick);
            if (message === undefined) continue;
            const real = backlog.findLeased(message.seq, message.attempts);
            if (real === undefined) throw new Error(`lease ${message.seq} is lost`);
            if (one.do === "ack") {
              model.splice(model.indexOf(message), 1);
              backlog.remove(real.seq);
            } else if (one.do === "extend") {
              message.dueAt = now + one.ms;
              backlog.extend(real, one.ms, now);
            } else {
              const spent = message.attempts > expiry.maxRetries;
              if (spent) model.splice(model.indexOf(message), 1);
              else Object.assign(message, { leased: false, dueAt: now + one.delay * 1000 });
              expect(backlog.retry(real, one.delay, now, expiry)).toBe(!spent);
            }
          }
        }
        settle();
        expect([...backlog.all()].map(({ seq, attempts, leased }) => ({ seq, attempts, leased }))).toEqual(
          model.map(({ seq, attempts, leased }) => ({ seq, attempts, leased })),
        );
        expect(dead.sort()).toEqual(deadExpected.sort());
        expect(backlog.metrics()).toEqual({
          backlogCount: model.length,
          backlogBytes: model.length,
          oldestArrivedAt: model[0]?.arrivedAt ?? 0,
        });
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a message is leased, delayed or ready", () => {
  const backlog = new Backlog(unrecorded);
  const draft = { text: "x", bytes: 1, contentType: "text" } as const;
  backlog.add(
    [
      { ...draft, delaySeconds: 1 },
      { ...draft, delaySeconds: undefined },
    ],
    0,
    0,
  );
  backlog.lease(1, 1_000, 0);
  expect([...backlog.all()].map((message) => messageState(message, 999))).toEqual(["delayed", "leased"]);
  backlog.settle(1_000, { retentionMs: 1_000_000, maxRetries: 3 });
  expect([...backlog.all()].map((message) => messageState(message, 1_000))).toEqual(["ready", "ready"]);
});

test("without a consumer no message runs out of retries", () => {
  const backlog = new Backlog(unrecorded);
  backlog.add([{ text: "x", bytes: 1, contentType: "text", delaySeconds: 0 }], 0, 0);
  for (let now = 0; now < 10; now += 1) {
    expect(backlog.settle(now, { retentionMs: 1_000, maxRetries: undefined })).toEqual([]);
    expect(backlog.lease(1, 1, now)).toHaveLength(1);
  }
});
