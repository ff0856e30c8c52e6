import type { StackState } from "../../src/engine/read-state.ts";
import type { SegmentInputs, SegmentOutputs } from "../../src/lifecycle/state/segment.ts";

/** Outputs, with the inputs of the same run that they do not repeat. */
export type Recorded = SegmentOutputs & Omit<SegmentInputs, "content">;

export function outputsOf(manifest: string, more: Partial<Recorded> = {}): Recorded {
  return {
    version: 1,
    accountId: "a".repeat(32),
    queueId: "q1",
    stack: "dev",
    project: "shop",
    root: "..",
    manifest,
    file: `messages/${manifest}.yaml`,
    queue: "orders",
    mode: "once",
    inDoubtPolicy: "resend",
    segment: 0,
    deployment: "d1",
    resourceUrn: "urn",
    messages: 2,
    bytes: 2,
    digest: "v1:AAAAAAAAAAAAAAAAAAAAAA",
    content: { kind: "messages" },
    lineage: "the ledger",
    runs: ["the first"],
    ledger: { version: 1, manifest: "v1:AAAAAAAAAAAAAAAAAAAAAA", complete: true },
    pushed: 2,
    inDoubt: 0,
    lastPush: {
      pushed: 2,
      requests: 1,
      at: "2026-08-01T10:00:00.000Z",
      commit: "abcdef0123456789",
    },
    ...more,
  };
}

export function stateOf(...segments: readonly SegmentOutputs[]): StackState {
  return {
    segments: segments.map((outputs) => {
      const name = `${outputs.manifest}/${outputs.segment}`;
      return {
        name,
        urn: `urn:${name}`,
        manifest: outputs.manifest,
        outputs,
        origin: "manifest" as const,
        replaced: false,
      };
    }),
    sources: [],
    createdQueues: new Map(),
    deployments: new Map(),
  };
}
