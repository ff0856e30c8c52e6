import { InvalidArgumentError, Option } from "commander";
import type { PushTransport } from "../../types.ts";

/** The values of `--transport`. */
export const transports: readonly PushTransport[] = ["rest", "worker"];

/** A queue given as `NAME` or `NAME=ID`. */
export interface NamedQueue {
  readonly name: string;
  readonly id?: string;
}

/** Creates an option that can be repeated. @param shown default value shown in the help */
export function repeatable<T>(
  flags: string,
  description: string,
  parse: (value: string, before: readonly T[]) => T[],
  shown = "none",
): Option {
  return new Option(flags, `${description} (repeatable)`).argParser(parse).default([], shown);
}

export function parseAccountOption(value: string): string {
  if (!/^[0-9a-f]{32}$/.test(value)) throw new InvalidArgumentError("An account id is 32 hex digits.");
  return value;
}

export function parseQueueOption(value: string, before: readonly NamedQueue[]): NamedQueue[] {
  const [name = "", id] = value.split("=", 2);
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new InvalidArgumentError("A queue's name is 1 to 63 lower-case letters, digits and hyphens.");
  }
  if (id !== undefined && !/^[0-9a-f]{32}$/.test(id)) {
    throw new InvalidArgumentError("A queue's id is 32 hex digits: `wrangler queues info` shows it.");
  }
  if (before.some((other) => other.name === name)) throw new InvalidArgumentError("This queue is given twice.");
  return [...before, id === undefined ? { name } : { name, id }];
}

/** Parses the name of a Pulumi project or stack. @throws InvalidArgumentError */
export function parseIdentifier(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw new InvalidArgumentError("Use letters, digits, dots, hyphens and underscores, at most 100.");
}

/** Creates a parser of whole numbers in a range. @param range in the words of its error, such as "from 1 to 900" */
export function wholeNumber(least: number, most: number, range: string): (value: string) => number {
  return (value) => {
    const found = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (found >= least && found <= most) return found;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };
}
