import { InvalidArgumentError } from "commander";
import type { QueueSetup } from "../../emulator/index.ts";

export const pushResults = ["metrics", "null", "success-only"] as const;
export const pullJsons = ["base64", "plain"] as const;
export const lateAcks = ["accepted", "refused"] as const;

export interface EmulateFlags {
  readonly port: number;
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly account: string;
  readonly token: string;
  readonly readToken?: string;
  readonly email?: string;
  readonly key?: string;
  readonly queue: readonly QueueSetup[];
  readonly persist?: string;
  readonly fault: readonly string[];
  readonly worker: readonly string[];
  readonly wranglerDev: readonly string[];
  readonly producer: boolean;
  readonly producerPort: number;
  readonly producerKey?: string;
  readonly speed: number;
  readonly rateLimit: boolean;
  readonly freePlan?: boolean;
  readonly pushResult: (typeof pushResults)[number];
  readonly pullJson: (typeof pullJsons)[number];
  readonly maxDelay: number;
  readonly lateAck: (typeof lateAcks)[number];
  readonly countPulls: boolean;
  readonly status: readonly (readonly [code: string, status: number])[];
}

/** Rejects an empty value, which usually comes from an unset variable. @throws InvalidArgumentError */
export function notEmpty(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

export function text(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(value: string, max: number, message: string): number {
  if (!/^\d+$/.test(value) || Number(value) > max) throw new InvalidArgumentError(message);
  return Number(value);
}

export function port(value: string): number {
  return wholeNumber(value, 65_535, "A port is a number from 0 to 65535.");
}

export function seconds(value: string): number {
  return wholeNumber(value, 86_400, "A delay is a whole number of seconds, at most 86400.");
}

export function speed(value: string): number {
  const number = Number(value);
  if (number > 0 && number <= 1_000_000) return number;
  throw new InvalidArgumentError("A speed is a number above 0, at most 1000000.");
}

export function status(value: string, before: EmulateFlags["status"]): EmulateFlags["status"][number][] {
  const [, code, http] = /^(\d{1,5})=([2-5]\d\d)$/.exec(value) ?? [];
  if (code === undefined) throw new InvalidArgumentError("Write it as CODE=STATUS, such as 10204=400.");
  return [...before, [code, Number(http)]];
}
