import { type DeploymentsArgs, findDeploymentId, formerNamesOf } from "../src/lifecycle/deployments-provider.ts";
import { deploymentsType } from "../src/urn.ts";
import { type ComponentScope, formerScopedNames, scopedName } from "./component-scope.ts";
import { DynamicResource } from "./pulumi-internals/dynamic-resource.ts";
import { stubs } from "./pulumi-internals/provider-stub.ts";
import type * as pulumi from "./pulumi-internals/sdk.ts";

/** The list of deployments of a stack or a component; see src/lifecycle/deployments-provider.ts. */
class Deployments extends DynamicResource {
  declare readonly ids: pulumi.Output<Readonly<Record<string, string>>>;
  readonly #args: DeploymentsArgs;

  /** @param args the deployed manifests and their former names */
  constructor(name: string, args: DeploymentsArgs, opts?: pulumi.CustomResourceOptions) {
    // Without this property, the SDK does not resolve it from what the provider returns.
    const fromProvider = { ids: undefined };
    super(stubs.deployments, deploymentsType, name, { ...args, ...fromProvider }, opts);
    this.#args = args;
  }

  /**
   * Returns the deployment id of a manifest, "" if a run with `--target` excludes this resource before it has an id for the
   * manifest.
   */
  of(manifest: string): pulumi.Output<string> {
    // If the resource was not updated, it contains the manifest under its former name.
    const names = [manifest, ...formerNamesOf(manifest, this.#args)];
    return this.ids.apply((ids: Readonly<Record<string, string>> | undefined) => {
      return findDeploymentId(names, new Map(Object.entries(ids ?? {}))) ?? "";
    });
  }
}

/** A manifest that is deployed. */
interface ListedManifest {
  readonly name: string;
  readonly formerNames: readonly string[];
  /** The location of the former names, as `FILE:LINE:COLUMN`; absent for those of a component. */
  readonly location?: string;
}

/** Registers the list of deployments of the stack, or of a component. */
export function registerDeployments(
  manifests: readonly ListedManifest[],
  folders: Pick<DeploymentsArgs, "root" | "folder">,
  scope: ComponentScope | undefined,
): Deployments {
  const renamed = manifests.filter(({ formerNames }) => formerNames.length > 0);
  const locations = renamed.flatMap(({ name, location }) =>
    location === undefined ? [] : [[name, location] as const],
  );
  const args = {
    ...folders,
    manifests: manifests.map(({ name }) => name),
    ...(renamed.length > 0 && {
      formerNames: Object.fromEntries(renamed.map(({ name, formerNames }) => [name, formerNames])),
    }),
    ...(locations.length > 0 && { formerNameLocations: Object.fromEntries(locations) }),
  };
  return new Deployments(scopedName("deployments", scope), args, {
    ...(scope !== undefined && { parent: scope.parent }),
    aliases: formerScopedNames(["deployments"], scope).map((name) => ({ name })),
  });
}
