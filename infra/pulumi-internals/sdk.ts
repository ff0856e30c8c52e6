/**
 * The parts of the SDK that the program uses, each imported from its own module: those are loaded before the program starts. The
 * package's index also loads the Automation API, a package manager and the TypeScript compiler, which takes longer than the rest
 * of the program.
 */

import * as errors from "@pulumi/pulumi/errors.js";
import * as config from "@pulumi/pulumi/runtime/config.js";
import { isDryRun, rpcKeepAlive } from "@pulumi/pulumi/runtime/settings.js";
import { toPrintableLines } from "../../src/printable.ts";

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

/** Ends the program without a stack trace. The message is made printable, since Pulumi writes it verbatim. */
export class RunError extends errors.RunError {
  constructor(message: string) {
    super(toPrintableLines(message));
  }
}

export const runtime = { ...config, isDryRun, rpcKeepAlive };
