/**
 * What other Pulumi projects import as "queue-seeder". Nothing in its graph awaits at its top level, so that a program of
 * CommonJS can `require` it.
 */
export type { LastPush } from "../src/lifecycle/state/segment.ts";
export type { ContentType, InDoubtPolicy, PushMode, QueueMetrics } from "../src/types.ts";
export {
  type ManifestFileArgs,
  MessageManifest,
  type MessageManifestArgs,
  type MessageValuesArgs,
} from "./component.ts";
export type { MessageArgs } from "./message-args.ts";
export type { ManifestOutputs } from "./outputs.ts";
export { type Outputs, type QueueOutputs, runProgram } from "./program.ts";
