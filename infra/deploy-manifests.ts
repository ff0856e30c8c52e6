import { isSharedDelivery } from "../src/lifecycle/delivery-number.ts";
import type { LoadedSegments } from "../src/lifecycle/source/load-segments.ts";
import { planSegment } from "../src/lifecycle/state/inputs.ts";
import { relativeRoot } from "../src/lifecycle/state/relative-root.ts";
import { formatLocation } from "../src/manifest/index.ts";
import type { Manifest } from "../src/types.ts";
import { Deployments } from "./deployments.ts";
import { type ManifestResources, registerManifest } from "./manifest-resources.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { resolveSharedDelivery } from "./recorded-segments.ts";
import type { QueueTarget } from "./segment-resource.ts";

/** The component that the registered resources belong to. Its name is the prefix of theirs. */
export interface ComponentScope {
  readonly parent: pulumi.ComponentResource;
  readonly name: string;
  /** Former names of the component. */
  readonly formerNames: readonly string[];
}

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
 * @param targetOf returns the queue of a manifest, undefined if the manifest is not pushed
 * @returns the resources by manifest name
 */
export function deployManifests(
  root: string,
  loaded: LoadedSegments,
  targetOf: (manifest: Manifest) => QueueTarget | undefined,
  scope?: ComponentScope,
): ReadonlyMap<string, ManifestResources> {
  const resources = new Map<string, ManifestResources>();
  if (loaded.manifests.length === 0) return resources;
  const named = (name: string) => (scope === undefined ? name : `${scope.name}/${name}`);
  const formerly = (names: readonly string[]) => [
    ...names.slice(1).map(named),
    ...(scope?.formerNames ?? []).flatMap((former) => names.map((name) => `${former}/${name}`)),
  ];
  const parent = scope === undefined ? {} : { parent: scope.parent };
  const common = loadContext(root);
  const renamed = loaded.manifests.filter(({ formerNames }) => formerNames.length > 0);
  const list = {
    root: common.root,
    folder: root,
    manifests: loaded.manifests.map(({ name }) => name),
    ...(renamed.length > 0 && {
      formerNames: Object.fromEntries(renamed.map(({ name, formerNames }) => [name, formerNames])),
      formerNameLocations: Object.fromEntries(
        renamed.map(({ name, formerNamesAt }) => [name, formatLocation(formerNamesAt)]),
      ),
    }),
  };
  const listAliases = formerly(["deployments"]).map((name) => ({ name }));
  const deployments = new Deployments(named("deployments"), list, { ...parent, aliases: listAliases });
  for (const manifest of sortByDependencies(loaded.manifests)) {
    const target = targetOf(manifest);
    if (target === undefined) continue;
    const segments = loaded.segmentsOf(manifest).map((segment) => planSegment(manifest, segment, common));
    const deployment = deployments.of(manifest.name);
    const formerNames = formerly([manifest.name, ...manifest.formerNames]);
    const names = [named(manifest.name), ...formerNames];
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
      ...parent,
      dependsOn: manifest.after.flatMap((name) => resources.get(name)?.segments ?? []),
      formerNames,
    };
    resources.set(manifest.name, registerManifest(named(manifest.name), args, options));
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
