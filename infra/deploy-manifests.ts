import { isSharedDelivery } from "../src/lifecycle/delivery-number.ts";
import type { LoadedSegments } from "../src/lifecycle/source/load-segments.ts";
import { withFormerSegments } from "../src/lifecycle/state/former-segments.ts";
import { planSegment } from "../src/lifecycle/state/inputs.ts";
import { relativeRoot } from "../src/lifecycle/state/relative-root.ts";
import { formatLocation } from "../src/manifest/index.ts";
import type { Manifest } from "../src/types.ts";
import { type ComponentScope, formerScopedNames, scopedName } from "./component-scope.ts";
import { registerDeployments } from "./deployments.ts";
import { type ManifestResources, registerManifest } from "./manifest-resources.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { type RecordedSegment, resolveSharedDelivery, segmentsNamed } from "./recorded-segments.ts";
import type { QueueTarget } from "./segment-resource.ts";

/** Returns the inputs that all segments of a stack share. @param root absolute path of the repository */
export function loadContext(root: string) {
  return {
    stack: pulumi.getStack(),
    project: pulumi.getProject(),
    // Relative to this working directory, which the provider normally shares; otherwise the provider uses the absolute folder.
    root: relativeRoot(process.cwd(), root),
  };
}

/**
 * Registers the resources of manifests, each after those in its `after`.
 *
 * @param root absolute path of the repository
 * @param recorded the stack's segments in the Pulumi state
 * @param targetOf returns the queue of a manifest, undefined if the manifest is not pushed
 * @returns the resources by manifest name
 */
export function deployManifests(
  root: string,
  loaded: LoadedSegments,
  recorded: readonly RecordedSegment[],
  targetOf: (manifest: Manifest) => QueueTarget | undefined,
  scope?: ComponentScope,
): ReadonlyMap<string, ManifestResources> {
  const resources = new Map<string, ManifestResources>();
  if (loaded.manifests.length === 0) return resources;
  const common = loadContext(root);
  const listed = loaded.manifests.map((manifest) => ({
    ...manifest,
    location: formatLocation(manifest.formerNamesAt),
  }));
  const deployments = registerDeployments(listed, { root: common.root, folder: root }, scope);
  for (const manifest of sortByDependencies(loaded.manifests)) {
    const target = targetOf(manifest);
    if (target === undefined) continue;
    const deployment = deployments.of(manifest.name);
    const name = scopedName(manifest.name, scope);
    const formerNames = formerScopedNames([manifest.name, ...manifest.formerNames], scope);
    const names = [name, ...formerNames];
    const recordedSegments = segmentsNamed(recorded, names, scope === undefined);
    const all = withFormerSegments(loaded.segmentsOf(manifest), recordedSegments);
    const segments = all.map((segment) => planSegment(manifest, segment, common));
    const args = {
      ...target,
      folder: root,
      segments,
      source: loaded.sourceOf(manifest),
      deployment,
      ...(isSharedDelivery(segments) && {
        deliveryNumber: resolveSharedDelivery(segments, { ...target, names, deployment }),
      }),
    };
    const options = {
      ...(scope !== undefined && { parent: scope.parent }),
      dependsOn: manifest.after.flatMap((before) => resources.get(before)?.segments ?? []),
      formerNames,
    };
    resources.set(manifest.name, registerManifest(name, args, options));
  }
  return resources;
}

/** Sorts manifests so that each follows those in its `after`. Cycles have been rejected by the checks. */
function sortByDependencies(manifests: LoadedSegments["manifests"]): LoadedSegments["manifests"] {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const ordered = new Set<Manifest>();
  const visit = (manifest: Manifest) => {
    if (ordered.has(manifest)) return;
    for (const name of manifest.after) {
      const before = byName.get(name);
      if (before !== undefined) visit(before);
    }
    ordered.add(manifest);
  };
  for (const manifest of manifests) visit(manifest);
  return [...ordered];
}
