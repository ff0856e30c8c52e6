import { deploymentsStub } from "./provider/stub.ts";
import * as pulumi from "./pulumi.ts";

/** The stack's list of deployments, see src/lifecycle/deployments.ts. One for each stack. */
export class Deployments extends pulumi.CustomResource {
  declare readonly ids: pulumi.Output<Readonly<Record<string, string>>>;

  /** @param manifests by their names: the names that each had before */
  constructor(manifests: Readonly<Record<string, readonly string[]>>) {
    super("pulumi-nodejs:dynamic:Deployments", "deployments", {
      manifests,
      // Without a value here the SDK does not resolve the property from what the provider returns.
      ids: undefined,
      __provider: deploymentsStub,
    });
  }
}
