import type * as pulumi from "@pulumi/pulumi";

/**
 * Returns the whole configuration of the stack by full key, secrets in plain text, as Pulumi passes it to the provider. The SDK's
 * interface can only look up keys of one namespace, but a manifest may use any key as a variable.
 */
export function readWholeConfig(config: pulumi.dynamic.Config): Readonly<Record<string, string>> {
  return Reflect.get(config, "rawConfig") ?? {};
}
