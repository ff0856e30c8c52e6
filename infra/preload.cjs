// The module "queue-seeder/preload". Node loads it before the SDK: `nodeargs` in Pulumi.yaml name it for the program, and the script in
// ./pulumi-internals/dynamic-provider for the provider.
require("./check-node-version.cjs");
const { createRequire } = require("node:module");
const { enableCompileCache } = require("../src/compile-cache.mjs");
const { deferModules } = require("./pulumi-internals/defer-modules.cjs");

enableCompileCache();
deferModules(createRequire(`${process.cwd()}/`));
