/**
 * What other Pulumi projects import as "queue-seeder". Nothing in its graph awaits at its top level, so that a program of
 * CommonJS can `require` it.
 */
export type { LastPush } from "../src/lifecycle/segment.ts";
export type { Metrics } from "../src/types.ts";
export type { ManifestOutputs } from "./outputs.ts";
export { type Outputs, program, type QueueOutputs } from "./program.ts";
