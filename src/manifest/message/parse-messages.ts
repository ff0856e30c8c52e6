import type { Message } from "../../types.ts";
import type { ManifestInput } from "../manifest-input.ts";
import { createProblem, formatLocation } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { expandForEach, maxMessages } from "../template/for-each.ts";
import type { Scope } from "../template/variables.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { locate, locateSnippet, type Path } from "../yaml/source-location.ts";
import { buildMessage, type ManifestContext } from "./build-message.ts";
import { UniqueIds } from "./check-message.ts";
import { changingVariables, lintInput, MessageLinter } from "./lint-messages.ts";

/** Maximum bytes of the bodies of one manifest, including repetitions: all are in memory at once. */
const maxBytes = 64_000_000;

/** Maximum bytes of their ids: after a failure, the ledger with the ids reaches Pulumi in a gRPC header of limited size. */
const maxIdBytes = 4_000_000;

/** What the inline messages of a manifest share. */
interface InlineContext {
  /** Indexes of messages to skip, because they do not match the schema. */
  readonly brokenMessages: ReadonlySet<number>;
  readonly common: ManifestContext;
  readonly scope: Scope;
}

/** Reads the inline messages of a document, and adds their problems to `problems`. */
export function parseMessages(
  document: ManifestDocument,
  { brokenMessages, common, scope }: InlineContext,
  problems: ProblemCollector,
): Message[] {
  const { messages = [] } = document.value as unknown as ManifestInput;
  const all: Message[] = [];
  const ids = new UniqueIds(formatLocation);
  const linter = new MessageLinter();
  let total = 0;
  let idBytes = 0;
  for (const [index, input] of messages.entries()) {
    if (brokenMessages.has(index)) continue;
    const path = ["messages", index];
    const location = locate(document, path);
    const onProblem = problemReporter(document, path, problems);
    const before = problems.errors;
    const variables = input.id === undefined ? [] : changingVariables(input, false).map(({ name }) => name);
    const scopes = expandForEach(input, scope, problemReporter(document, [...path, "for_each"], problems));
    for (const here of scopes) {
      const { message, bytes } = buildMessage(input, common, here, location, onProblem);
      const locateId = () => locate(document, [...path, "id"]);
      const repeated = message.id === undefined ? undefined : ids.add(message.id, locateId);
      if (repeated !== undefined)
        problems.add(createProblem(repeated.code, locateId(), repeated.message, repeated.hint));
      // Only the first of repeated messages is linted.
      if (document.isValid && here === scopes[0]) linter.check(message, bytes, input.for_each !== undefined, onProblem);
      all.push(variables.length === 0 ? message : { ...message, variables });
      total += bytes;
      idBytes += Buffer.byteLength(message.id ?? "");
      if (all.length <= maxMessages && total <= maxBytes && idBytes <= maxIdBytes) continue;
      const what = `the manifest has more than ${maxMessages} messages, ${maxBytes} bytes of bodies or ${maxIdBytes} bytes of ids`;
      problems.add(
        createProblem("TOO_MANY_MESSAGES", location, what, "Move them to a data file, and set it as source."),
      );
      return all;
    }
    if (document.isValid && problems.errors === before) lintInput(input, { ...common, isMap: false }, onProblem);
  }
  return all;
}

export function problemReporter(document: ManifestDocument, base: Path, problems: ProblemCollector): OnMessageProblem {
  return (code, { path, snippet, location: elsewhere }, what, next) => {
    const here = [...base, ...path];
    const location =
      elsewhere ??
      (snippet === undefined || snippet === "" ? locate(document, here) : locateSnippet(document, here, snippet));
    // Values without a JSON equivalent were reported with their own code.
    if (code === "TEXT_BODY_NOT_TEXT" && problems.has(location)) return;
    problems.add(createProblem(code, location, what, next));
  };
}
