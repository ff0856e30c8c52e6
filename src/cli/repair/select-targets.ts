import type { StackState } from "../../engine/read-state.ts";
import type { RepairRequest } from "../../lifecycle/protocol/request.ts";
import { acceptsWholeFile } from "../../lifecycle/repair/selection.ts";
import { urns } from "../../urn.ts";
import { UsageError } from "../../usage-error.ts";
import type { DeployedSegment } from "./deployed-segments.ts";

/**
 * Selects the targets of the Pulumi run for a repair: the segments to repair and, if it does not contain the manifest yet, the
 * Deployments resource. A targeted run fails if a target has a child or a dependent that is no longer in the repository. So only
 * necessary resources are targets, and removed ones are left to the next `pulumi up`.
 *
 * Source: pulumi, `up --help`, --target; pkg/resource/deploy/step_generator.go, getTargetDependents.
 *
 * @param deployed all deployments of the stack
 * @returns URNs
 * @throws UsageError if there is no segment to repair
 */
export function selectTargets(
  asked: Pick<RepairRequest, "action" | "messages">,
  segment: DeployedSegment,
  deployed: readonly DeployedSegment[],
  { deployments }: Pick<StackState, "deployments">,
): readonly string[] {
  const segments = selectSegments(asked, segment);
  const list = deployments.has(segment.manifest) || deployed.some(isRemoved) ? [] : [urns.deployments("*", "*")];
  return [...segments, ...list];
}

/**
 * Selects all present segments for `baseline`, otherwise those with a ledger, and those that the manifest no longer has if the
 * repair accepts their removal.
 *
 * @returns URNs
 */
function selectSegments(
  asked: Pick<RepairRequest, "action" | "messages">,
  { name, segments, recorded, present }: DeployedSegment,
): readonly string[] {
  const all = present === undefined ? recorded : Array.from({ length: present }, (_, index) => index);
  // If no segment has a ledger, all are selected, so that the provider reports it.
  const isAnyMeant = asked.action === "baseline" || recorded.length === 0;
  const chosen = isAnyMeant ? all : all.filter((index) => recorded.includes(index));
  // The next run keeps these without messages; see `withFormerSegments`.
  const former = present === undefined ? [] : recorded.filter((index) => index >= present);
  if (chosen.length > 0)
    return [...chosen, ...(acceptsWholeFile(asked) ? former : [])].map((index) => `${segments}/${index}`);
  const what = `${name} has no messages in the repository`;
  throw new UsageError(`${what}. The next \`pulumi up\` drops the entries in its ledger.`);
}

function isRemoved({ recorded, present }: DeployedSegment): boolean {
  return present === 0 && recorded.length > 0;
}
