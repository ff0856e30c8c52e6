/**
 * What the program needs of the SDK, each from its own module: those are loaded by the time the program starts. The
 * package's index loads the Automation API besides, a package manager and the TypeScript compiler, and takes longer for it
 * than everything that is done here.
 */

import * as errors from "@pulumi/pulumi/errors.js";
import * as config from "@pulumi/pulumi/runtime/config.js";
import { isDryRun, rpcKeepAlive } from "@pulumi/pulumi/runtime/settings.js";
import { toPrintableLines } from "../src/printable.ts";

export { Config } from "@pulumi/pulumi/config.js";
export * as log from "@pulumi/pulumi/log/index.js";
export { getOrganization, getProject, getStack } from "@pulumi/pulumi/metadata.js";
export { all, type Input, type Inputs, type Output, output, secret } from "@pulumi/pulumi/output.js";
export {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  createUrn,
  Resource,
} from "@pulumi/pulumi/resource.js";

/** Ends the program without a stack. The engine writes the message as it is, so it is made printable. */
export class RunError extends errors.RunError {
  constructor(message: string) {
    super(toPrintableLines(message));
  }
}

export const runtime = { ...config, isDryRun, rpcKeepAlive };
