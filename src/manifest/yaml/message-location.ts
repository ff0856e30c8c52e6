import type { OnFinding } from "../../diagnostic.ts";
import type { SourceLocation } from "../../types.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";
import type { Path } from "./source-location.ts";

/** A location in a message. */
export interface MessageLocation {
  /** The keys that lead to it, relative to the message. */
  readonly path: Path;
  /** The part of the text at that path; absent for the whole value. */
  readonly snippet?: string;
  /** The location of the problem if it is in another file. */
  readonly location?: SourceLocation | undefined;
}

/** Called with each problem of a message. */
export type OnMessageProblem = OnFinding<MessageLocation, ProblemCode>;
