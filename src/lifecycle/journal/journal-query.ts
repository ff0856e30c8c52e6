import type { JournalHead, JournalSite } from "../../push/index.ts";
import { findQueueLedger } from "../ledger/queue-ledgers.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "../state/segment.ts";

/** Identifiers by which a segment finds its journals, and the recorded ledger of its queue. */
export interface JournalQuery extends JournalSite {
  readonly manifest: string;
  readonly content: SegmentInputs["content"];
  /** undefined if the state does not have the resource. */
  readonly lineage: string | undefined;
  /** Deployment ids of the program and, after a rename was reverted, of the state. */
  readonly deployments: readonly string[];
  readonly resource: string;
  /** The resources under the former names of the manifest, for states that were never saved. */
  readonly formerResources: readonly string[];
  readonly recorded: QueueLedger | undefined;
}

export type PreviousState = Pick<SegmentOutputs, "lineage" | "deployment" | "elsewhere"> & QueueLedger;

export function toJournalQuery(inputs: SegmentInputs, olds: PreviousState | undefined): JournalQuery {
  const { accountId, queueId, segment, manifest, content, resourceUrn } = inputs;
  return {
    queue: { accountId, queueId },
    segment,
    manifest,
    content,
    lineage: olds?.lineage,
    deployments: [inputs.deployment, olds?.deployment ?? ""].filter((id) => id !== ""),
    resource: toResourceKey(inputs, resourceUrn),
    formerResources: (inputs.formerNames ?? []).map((name) => toResourceKey(inputs, formerUrn(inputs, name))),
    recorded: findQueueLedger(olds, inputs),
  };
}

function toResourceKey({ project, stack }: Pick<SegmentInputs, "project" | "stack">, resourceUrn: string): string {
  return `${project}/${stack} ${resourceUrn}`;
}

/** Returns the URN of the segment under a former name of its manifest's resource. */
function formerUrn({ resourceUrn, segment }: SegmentInputs, name: string): string {
  return `${resourceUrn.slice(0, resourceUrn.lastIndexOf("::") + 2)}${name}/${segment}`;
}

/** Checks whether a journal belongs to the segment, by any of its identifiers. */
export function isOfSegment(
  { lineage, deployment, resource }: JournalHead,
  query: Pick<JournalQuery, "lineage" | "deployments" | "resource" | "formerResources">,
): boolean {
  return (
    lineage === query.lineage ||
    query.deployments.includes(deployment) ||
    [query.resource, ...query.formerResources].includes(resource)
  );
}
