/**
 * The exports of the package "queue-seeder" for other Pulumi projects. No module here uses top-level await, so that CommonJS
 * programs can `require` the package.
 */
export type { LastPush } from "../src/lifecycle/state/segment.ts";
export type { ContentType, InDoubtPolicy, PushMode, QueueMetrics } from "../src/types.ts";
export { MessageManifest } from "./component.ts";
export type { ManifestFileArgs, MessageManifestArgs, MessageValuesArgs } from "./component-args.ts";
export type { MessageArgs } from "./message-args.ts";
export type { ManifestOutputs, PushOutputs } from "./outputs.ts";
export { type Outputs, type QueueOutputs, runProgram } from "./program.ts";
