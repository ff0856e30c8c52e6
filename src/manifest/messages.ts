import type { Message, SourceLocation } from "../types.ts";
import { buildMessage, type Common } from "./build.ts";
import type { Problems } from "./collect.ts";
import type { ManifestDocument } from "./document.ts";
import type { OnProblem } from "./interpolate.ts";
import { MessageLinter } from "./lint.ts";
import { changingVariables, lintWritten } from "./lint-written.ts";
import { type Path, placeOf, placeOfSnippet } from "./locate.ts";
import { formatPlace, problem, quote } from "./problem.ts";
import { maxMessages, repetitions } from "./repeat.ts";
import type { Scope } from "./variables.ts";
import type { WrittenMessage } from "./written.ts";

/** Bytes of the bodies of one manifest, repetitions counted: they are all in memory at once. */
const maxBytes = 64_000_000;

/** Bytes of their ids: the ledger has them, and a failure brings it to the engine in a header that gRPC bounds. */
const maxIdBytes = 4_000_000;

/**
 * Reads the messages that a document holds itself; what they have against them goes to `problems`.
 *
 * @param broken indexes of messages that are left out, because they do not have the right form
 */
export function readMessages(
  document: ManifestDocument,
  messages: readonly WrittenMessage[],
  common: Common,
  broken: ReadonlySet<number>,
  scope: Scope,
  problems: Problems,
): Message[] {
  const all: Message[] = [];
  const ids = new Map<string, SourceLocation>();
  const linter = new MessageLinter();
  let total = 0;
  let idBytes = 0;
  for (const [index, written] of messages.entries()) {
    if (broken.has(index)) continue;
    const path = ["messages", index];
    const place = placeOf(document, path);
    const tell = teller(document, path, problems);
    const before = problems.errors;
    const variables = written.id === undefined ? [] : changingVariables(written, false).map(({ name }) => name);
    const scopes = repetitions(written, scope, teller(document, [...path, "for_each"], problems));
    for (const here of scopes) {
      const { message, bytes } = buildMessage(written, common, here, place, tell);
      checkId(message, ids, () => placeOf(document, [...path, "id"]), problems);
      // Of those that one text makes, the first shows what there is to see.
      if (document.sound && here === scopes[0]) linter.check(message, bytes, written.for_each !== undefined, tell);
      all.push(variables.length === 0 ? message : { ...message, variables });
      total += bytes;
      idBytes += Buffer.byteLength(message.id ?? "");
      if (all.length <= maxMessages && total <= maxBytes && idBytes <= maxIdBytes) continue;
      const what = `the manifest has more than ${maxMessages} messages, ${maxBytes} bytes of bodies or ${maxIdBytes} bytes of ids`;
      problems.add(problem("TOO_MANY_MESSAGES", place, what, "Put them into a data file and name it as source."));
      return all;
    }
    if (document.sound && problems.errors === before) lintWritten(written, { ...common, isMap: false }, tell);
  }
  return all;
}

export function teller(document: ManifestDocument, base: Path, problems: Problems): OnProblem {
  return (code, path, snippet, what, next, elsewhere) => {
    const here = [...base, ...path];
    const place = elsewhere ?? (snippet === "" ? placeOf(document, here) : placeOfSnippet(document, here, snippet));
    // What could not be read as JSON was told by its own code.
    if (code === "TEXT_BODY_NOT_TEXT" && problems.has(place)) return;
    problems.add(problem(code, place, what, next));
  };
}

function checkId(
  { id }: Message,
  ids: Map<string, SourceLocation>,
  place: () => SourceLocation,
  problems: Problems,
): void {
  if (id === undefined) return;
  const first = ids.get(id);
  if (first === undefined) {
    ids.set(id, place());
    return;
  }
  const what = `the id ${quote(id)} is that of the message at ${formatPlace(first)} already`;
  problems.add(problem("DUPLICATE_ID", place(), what, "Give each message of a manifest its own id."));
}
