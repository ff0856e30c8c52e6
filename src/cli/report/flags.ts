import { InvalidArgumentError } from "commander";

export interface ReportFlags {
  readonly stack?: string;
  /** Path of the page; `-` for stdout. */
  readonly out: string;
  readonly last: number;
}

export function runs(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Give a number from 1 to 9999.");
}
