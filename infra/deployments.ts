import { type DeploymentsArgs, findDeploymentId } from "../src/lifecycle/deployments-provider.ts";
import * as pulumi from "./pulumi.ts";
import { deploymentsStub } from "./pulumi-internals/provider-stub.ts";

/** A list of deployments, see src/lifecycle/deployments-provider.ts: the stack's, or that of a component. */
export class Deployments extends pulumi.CustomResource {
  declare readonly ids: pulumi.Output<Readonly<Record<string, string>>>;
  readonly #manifests: Readonly<Record<string, readonly string[]>>;

  /** @param inputs which manifests are deployed, and what they were named before */
  constructor(
    name: string,
    { root, folder, manifests, places = {} }: DeploymentsArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    // Without a value here the SDK does not resolve the property from what the provider returns.
    const fromProvider = { ids: undefined };
    super(
      "pulumi-nodejs:dynamic:Deployments",
      name,
      { root, folder, manifests, places, ...fromProvider, __provider: deploymentsStub },
      opts,
    );
    this.#manifests = manifests;
  }

  /** @returns "" where a run with `--target` leaves the list, and so a new manifest, for another run */
  of(manifest: string): pulumi.Output<string> {
    // Left as it was, the list has a manifest under the name that it had then.
    const names = [manifest, ...(this.#manifests[manifest] ?? [])];
    return this.ids.apply((ids: Readonly<Record<string, string>> | undefined) => {
      return findDeploymentId(names, new Map(Object.entries(ids ?? {}))) ?? "";
    });
  }
}
