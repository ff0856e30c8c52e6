import * as pulumi from "./sdk.ts";

/**
 * A dynamic resource whose provider is a text that never changes; see ./provider-stub.ts. The SDK's `dynamic.Resource` would
 * serialize an object instead, for which it loads the TypeScript compiler. Pulumi sends resources of a type that starts with
 * `pulumi-nodejs:dynamic:` to the SDK's provider process, which runs the text in the input `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /** @param type starts with `pulumi-nodejs:dynamic:` */
  constructor(
    stub: string,
    type: string,
    name: string,
    inputs: pulumi.Inputs,
    options: pulumi.CustomResourceOptions | undefined,
  ) {
    super(type, name, { ...inputs, __provider: stub }, options);
  }
}
