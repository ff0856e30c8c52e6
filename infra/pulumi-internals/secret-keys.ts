import * as config from "@pulumi/pulumi/runtime/config.js";

/**
 * Checks whether a key of the stack's configuration is a secret: a manifest must not use one in a value that is displayed. The
 * SDK's types omit the function, and `allConfig` returns secrets like other values.
 *
 * @param key full key, such as `shop:apiKey`
 */
export const isSecretKey: (key: string) => boolean = Reflect.get(config, "isConfigSecret");
