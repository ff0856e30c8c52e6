import { debuglog } from "node:util";
import { toPrintable } from "./printable.ts";

const log = debuglog("queue-seeder");

/** Figures, names and codes: never a body, the value of a secret, or a header. */
export type DebugFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes a line to stderr if NODE_DEBUG names queue-seeder. @param facts returns them; only called if the line is written */
export function debug(what: string, facts: () => DebugFacts): void {
  if (!log.enabled) return;
  const words = Object.entries(facts()).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  log("%s", toPrintable([what, ...words].join(" ")));
}
