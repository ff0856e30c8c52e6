import { toPrintable } from "./printable.ts";
import type { SourceLocation } from "./types.ts";

/** The severity of a diagnostic: an error stops the deployment, a warning can be silenced at its location. */
export type Severity = "error" | "warning";

/** A location in a value that has no file: the stack's configuration, or what a program passes. */
export interface ValueLocation {
  /** What the path begins with; "" for a value that a program passes. */
  readonly root: "queue-seeder:" | "";
  /** The keys and indices that lead to it, from the outermost one. */
  readonly path: readonly (string | number)[];
}

export type DiagnosticLocation = SourceLocation | ValueLocation;

/** A mistake, or a probable one, and where it is. */
export interface Diagnostic<Code extends string = string, Location extends DiagnosticLocation = DiagnosticLocation> {
  /** Never renamed: users search for it, and silence warnings by it. */
  readonly code: Code;
  readonly severity: Severity;
  readonly location: Location;
  /** What is wrong: a clause without a full stop at its end. */
  readonly message: string;
  /** What to do about it, in full sentences. */
  readonly hint: string;
}

/**
 * Called with what a check finds; the check continues. The receiver resolves the location, which is relative to the checked value.
 *
 * @param message see {@link Diagnostic}
 * @param hint see {@link Diagnostic}
 */
export type OnFinding<Location, Code extends string> = (
  code: Code,
  location: Location,
  message: string,
  hint: string,
) => void;

/** Formats a diagnostic as one line: `file:line:column CODE: what is wrong. What to do.` */
export function formatDiagnostic({ code, location, message, hint }: Diagnostic): string {
  return `${formatLocation(location)} ${code}: ${message}. ${hint}`;
}

/** Formats a location as `file:line:column`, `queue-seeder:queues.orders` or `messages[3].body`. */
export function formatLocation(location: DiagnosticLocation): string {
  if ("file" in location) return `${toPrintable(location.file)}:${location.line}:${location.column}`;
  const { root, path } = location;
  const steps = path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${toPrintable(step)}`,
  );
  return `${root}${steps.join("")}`;
}
