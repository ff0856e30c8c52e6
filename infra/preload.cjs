// The module "queue-seeder/preload", which Node loads before the SDK: in the program as an option in Pulumi.yaml says, in the
// provider as its script says.
require("./check-node-version.cjs");
const { createRequire } = require("node:module");
const { enableCompileCache } = require("../src/compile-cache.mjs");
const { deferModules } = require("./pulumi-internals/defer-modules.cjs");

enableCompileCache();
deferModules(createRequire(`${process.cwd()}/`));
