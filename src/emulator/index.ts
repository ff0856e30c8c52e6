export type { QueueSetup } from "./broker/broker.ts";
export {
  type AdjustableClock,
  adjustableClock,
  type Clock,
  type ManualClock,
  manualClock,
  systemClock,
} from "./clock.ts";
export type { ConsumerOutput } from "./consumers/types.ts";
export type { WorkerOptions } from "./consumers/worker-option.ts";
export type { Fault, FaultEffect, FaultMatch, Faults, When } from "./faults.ts";
export type { Producer, ProducerOptions } from "./producer/start-producer.ts";
export type { RequestRecord } from "./request-pipeline.ts";
export { startEmulator } from "./start-emulator.ts";
export type { Emulator, EmulatorOptions, Hold, MessageView } from "./types.ts";
