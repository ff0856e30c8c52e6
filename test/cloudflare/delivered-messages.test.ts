import { describe, expect, it } from "vitest";
import { parseQueuePage } from "../../src/cloudflare/account-queue.ts";
import { parseAcknowledged, parsePeeked, parsePulled } from "../../src/cloudflare/delivered-messages.ts";

const message = {
  id: "m1",
  body: "MTIz",
  attempts: 2,
  timestamp_ms: 1_710_950_954_154,
  lease_id: "l1",
  metadata: { "CF-Content-Type": "json", "CF-sourceMessageSource": "api" },
};
const delivered = { id: "m1", body: "MTIz", contentType: "json", attempts: 2, timestampMs: 1_710_950_954_154 };

describe("a pull", () => {
  it("is read with its leases and backlog", () => {
    expect(parsePulled({ message_backlog_count: 5, messages: [message] })).toEqual({
      messages: [{ ...delivered, leaseId: "l1" }],
      backlog: 5,
    });
  });

  it.each([[{}], [{ messages: null }], [{ messages: [] }]])("of nothing is empty: %j", (result) => {
    expect(parsePulled(result)).toEqual({ messages: [], backlog: undefined });
  });

  it("treats what the answer omits as unknown", () => {
    expect(parsePulled({ messages: [{ id: "m1", lease_id: "l1" }] })?.messages).toEqual([
      { id: "m1", leaseId: "l1", body: undefined, contentType: undefined, attempts: undefined, timestampMs: undefined },
    ]);
    const metadata = { "cf-content-type": "TEXT" };
    expect(parsePulled({ messages: [{ ...message, metadata }] })?.messages[0]?.contentType).toBe("text");
  });

  it.each([
    [null],
    [{ messages: {} }],
    [{ messages: [message, { ...message, lease_id: "" }] }],
    [{ messages: [{ ...message, lease_id: undefined }] }],
    [{ messages: [{ ...message, id: 7 }] }],
    [{ messages: ["m1"] }],
  ])("with an invalid message is rejected: %j", (result) => {
    expect(parsePulled(result)).toBeUndefined();
  });
});

it("reads a peek, as an object and as a list", () => {
  const { lease_id, ...seen } = message;
  expect(parsePeeked({ messages: [{ ...seen, ref: "r1" }] })).toEqual([delivered]);
  expect(parsePeeked([{ ...seen, ref: "r1" }])).toEqual([delivered]);
  expect(parsePeeked({})).toEqual([]);
  expect(parsePeeked({ messages: [{ ref: "r1" }] })).toBeUndefined();
});

it.each([
  [{ ackCount: 2, warnings: {} }, 2, [], 0],
  [{ ackCount: 1, warnings: { l2: "expired" } }, 1, ["l2"], 0],
  [{ ackCount: 1, warnings: ["the lease l2 has expired"] }, 1, ["l2"], 0],
  [{ ackCount: 1, warnings: ["something is wrong"] }, 1, [], 1],
  [{}, undefined, [], 0],
])("reads an acknowledgement %j", (result, confirmed, refused, otherWarnings) => {
  expect(parseAcknowledged(result, ["l1", "l2"])).toEqual({ confirmed, refused: new Set(refused), otherWarnings });
});

it("reads queues with their consumers", () => {
  const consumers = [
    { type: "worker", script: "a", dead_letter_queue: "dead", settings: { max_retries: 3 } },
    { type: "http_pull", dead_letter_queue: "" },
  ];
  const result = [
    { queue_id: "1", queue_name: "orders", consumers, settings: { delivery_paused: true } },
    { queue_id: 7 },
  ];
  expect(parseQueuePage(result, { total_pages: 2 })).toEqual({
    totalPages: 2,
    queues: [
      {
        queue_id: "1",
        queue_name: "orders",
        consumers_total_count: undefined,
        delivery_paused: true,
        consumers: [
          { type: "worker", dead_letter_queue: "dead", max_retries: 3 },
          { type: "http_pull", dead_letter_queue: undefined, max_retries: undefined },
        ],
      },
    ],
  });
  expect(parseQueuePage({}, undefined)).toBeUndefined();
});
