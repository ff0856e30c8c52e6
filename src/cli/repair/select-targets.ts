import type { StackState } from "../../engine/read-state.ts";
import { urns } from "../../engine/urn.ts";
import type { RepairAction } from "../../lifecycle/protocol/events.ts";
import { UsageError } from "../../usage-error.ts";
import type { DeployedSegment } from "./deployed-segments.ts";

/**
 * What the engine is to touch for a repair: the segments that it is about and, where the engine does not know them yet, the
 * component of the manifest and the list of deployments. A run ends with an error where one of its targets has a child, or
 * something that depends on it, that the repository has no more: so what is not needed is no target, and what is gone stays for
 * the next `pulumi up` to forget.
 *
 * Source: pulumi, `up --help`, --target; pkg/resource/deploy/step_generator.go, getTargetDependents.
 *
 * @param places all of them
 * @throws UsageError where it would be about nothing
 */
export function selectTargets(
  action: RepairAction,
  location: DeployedSegment,
  places: readonly DeployedSegment[],
  { deployments }: Pick<StackState, "deployments">,
): readonly string[] {
  const segments = selectSegments(action, location);
  const component = location.registered ? [] : [urns.manifestOf(`${location.segments}/0`)];
  const list = deployments.has(location.manifest) || places.some(isRemoved) ? [] : [urns.deployments("*", "*")];
  return [...segments, ...component, ...list];
}

/** But for `baseline`, the segments that have a ledger. */
function selectSegments(
  action: RepairAction,
  { name, segments, recorded, present }: DeployedSegment,
): readonly string[] {
  const all = present === undefined ? recorded : Array.from({ length: present }, (_, index) => index);
  // Without any ledger the provider says so.
  const chosen = action === "baseline" || recorded.length === 0 ? all : all.filter((index) => recorded.includes(index));
  if (chosen.length > 0) return chosen.map((index) => `${segments}/${index}`);
  const what = `${name} has no messages in the repository`;
  throw new UsageError(`${what}. What its ledger says of others, the next \`pulumi up\` forgets.`);
}

function isRemoved({ recorded, present }: DeployedSegment): boolean {
  return present !== undefined && recorded.some((index) => index >= present);
}
