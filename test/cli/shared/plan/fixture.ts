import type { ManifestPlan, Plan } from "../../../../src/cli/shared/plan/model.ts";
import { type Review, reviewDigest } from "../../../../src/cli/shared/plan/review.ts";
import { emptyPush, planQueues, toTotal } from "../../../../src/cli/shared/plan/totals.ts";
import type { PlannedPush } from "../../../../src/lifecycle/apply/approval.ts";

export function manifestOf(name: string, more: Partial<ManifestPlan> = {}): ManifestPlan {
  return {
    name,
    location: { file: `messages/${name}.yaml`, line: 1, column: 1 },
    queue: "orders",
    mode: "once",
    inDoubtPolicy: "resend",
    dedupField: null,
    push: emptyPush,
    unresolved: null,
    messages: 0,
    pushedBefore: 0,
    inDoubt: 0,
    held: 0,
    inDoubtMessages: [],
    journaled: { pushed: 0, inDoubt: 0 },
    takesOver: false,
    forgotten: 0,
    edited: [],
    refusals: [],
    requires: [],
    sample: [],
    ...more,
  };
}

export function planOf(manifests: readonly ManifestPlan[], more: Partial<Plan> = {}): Plan {
  const queues = planQueues(
    manifests,
    new Map(
      [...new Set(manifests.map(({ queue }) => queue))].map((name) => [
        name,
        name === "new" ? null : "0123456789abcdef0123456789abcdef",
      ]),
    ),
    (queue) => (queue === "fast" ? "worker" : "rest"),
  );
  return {
    stack: "dev",
    project: "shop",
    base: { kind: "ledger" },
    address: { url: "https://api.cloudflare.com/client/v4", setting: undefined, refusal: undefined },
    worker: null,
    program: { kind: "previewed" },
    digest: "p1:AAAAAAAAAAAAAAAAAAAAAA",
    review: reviewOf(),
    manifests,
    removed: [],
    queues,
    queueChanges: [],
    total: toTotal(queues),
    ...more,
  };
}

export function reviewOf(more: Partial<Review> = {}): Review {
  return { address: "https://api.cloudflare.com/client/v4", pushes: [], terms: [], queueChanges: [], ...more };
}

const reviewed: PlannedPush = {
  manifest: "backfill",
  segment: 0,
  accountId: "a".repeat(32),
  queue: "orders",
  queueId: "0123456789abcdef0123456789abcdef",
  mode: "once",
  inDoubtPolicy: "resend",
  requires: null,
  digest: "v1:AAAAAAAAAAAAAAAAAAAAAA",
  messages: "0-99,200-999",
};

const review = reviewOf({
  pushes: [reviewed],
  terms: [{ manifest: "backfill", after: [], dedupField: null, known: null }],
  queueChanges: [
    { name: "new", change: "create", id: null },
    { name: "old", change: "delete", id: "q9" },
  ],
});

/** A plan with every property that a plan can have. */
export const full = planOf(
  [
    manifestOf("backfill", {
      push: { messages: 1_000_000, bytes: 61_000_000, requests: 10_000, operations: 1_000_000 },
      messages: 1_000_200,
      pushedBefore: 200,
      inDoubt: 100,
      inDoubtMessages: ["#101 (o-101) to #200 (o-200)"],
      journaled: { pushed: 300, inDoubt: 40 },
      forgotten: 1,
      requires: ["a consumer", "at most 100 messages in the queue"],
      sample: [
        {
          label: "order-1",
          contentType: "json",
          delaySeconds: null,
          body: '{"order":1,"key":"${secret.key}"}',
          cut: false,
        },
        { label: "#2", contentType: "text", delaySeconds: 60, body: "``` | @a-user <b>\n", cut: true },
      ],
    }),
    manifestOf("edited", {
      messages: 2,
      pushedBefore: 1,
      edited: [
        {
          id: "a",
          messages: 1,
          location: { file: "messages/edited.yaml", line: 7, column: 3 },
          pushed: "v1:AAAAAAAAAAAAAAAAAAAAAA",
          present: "v1:BBBBBBBBBBBBBBBBBBBBBB",
        },
        {
          id: undefined,
          messages: 1000,
          location: { file: "messages/edited.yaml", line: 1, column: 1 },
          pushed: "v1:CCCCCCCCCCCCCCCCCCCCCC",
          present: "missing",
        },
      ],
    }),
    manifestOf("held", { messages: 3, held: 3, inDoubtMessages: ["a", "b", "c"], inDoubtPolicy: "stop" }),
    manifestOf("shrunk", { queue: "new", messages: 1, pushedBefore: 1, forgotten: 2 }),
    manifestOf("quiet", { queue: "new", messages: 4, pushedBefore: 4, mode: "on_change" }),
  ],
  {
    digest: reviewDigest({ project: "shop", stack: "dev" }, review),
    review,
    queueChanges: [
      { name: "new", change: "create", id: null, backlog: null },
      {
        name: "old",
        change: "delete",
        id: "q9",
        backlog: {
          metrics: { backlog_count: 7, backlog_bytes: 70, oldest_message_timestamp_ms: 0 },
          at: "2026-08-01T10:00:00.000Z",
        },
      },
    ],
    removed: [{ name: "gone", queue: "orders", pushed: 12, inDoubt: 0 }],
  },
);
