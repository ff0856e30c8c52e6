import { limits } from "../../limits.ts";
import type { JsonValue, Message, PushMode, SourceLocation } from "../../types.ts";
import type { DefaultsInput, MessageInput } from "../manifest-input.ts";
import { describeType } from "../problem/describe-value.ts";
import { formatLocation, quote } from "../problem/problem.ts";
import { isSensitiveName } from "../template/sensitive-names.ts";
import { hasMarkers, parseTemplate } from "../template/template.ts";
import { splitName } from "../template/variable-name.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { Path } from "../yaml/source-location.ts";
import { detectCredentials } from "./detect-credentials.ts";

/** The context of a message in a manifest. */
export interface LintContext {
  readonly defaults: DefaultsInput | undefined;
  readonly push: PushMode;
  /** Whether it converts the rows of a data file to messages. */
  readonly isMap: boolean;
}

/** Warns about a message before its variables are replaced, so once, regardless of how many messages it produces. */
export function lintInput(input: MessageInput, context: LintContext, onProblem: OnMessageProblem): void {
  if (context.push === "once") warnAboutChanges(input, context, onProblem);
  if ((input.content_type ?? context.defaults?.content_type) === undefined) warnAboutJson(input.body, onProblem);
}

/**
 * Reports whether a variable may change without an edit: it depends on the commit, the configuration or the environment. The value
 * of a secret does not affect the identity of a message.
 */
function isVolatile(name: string): boolean {
  const [head, ...steps] = splitName(name);
  if (head === "env") return !isSensitiveName(steps.join("."));
  return name === "git.sha" || head === "config";
}

/** Warns about a body that changes without an edit, because the message then counts as edited or new. */
function warnAboutChanges(message: MessageInput, { isMap }: LintContext, onProblem: OnMessageProblem): void {
  for (const { name, written: input, path } of changingVariables(message, isMap)) {
    const then = isMap
      ? "the next deployment stops with DATA_FILE_EDITED"
      : message.id === undefined
        ? "the next deployment pushes the message again"
        : "the next deployment stops with MESSAGE_EDITED";
    const what = `the value of the variable ${quote(name)} may change without an edit here, and then ${then}`;
    const own = isMap ? "" : ", use the variable in the id too if each value is a separate message";
    const next = `Write "push: on_change" if everything should be pushed again then${own}, or allow the warning if the value never changes.`;
    onProblem("VARIABLE_CHANGES", { path: ["body", ...path], snippet: input }, what, next);
  }
}

/**
 * Returns the variables that change the identity of a message without an edit. A variable that is also in the id is excluded,
 * because it is meant to produce a new message.
 *
 * @param isMap whether it converts the rows of a data file, which are identified only by their bodies
 */
export function changingVariables({ id, body, for_each }: MessageInput, isMap: boolean): readonly VariableUse[] {
  const named = new Set(isMap ? [] : collectVariables(id ?? null).map(({ name }) => name));
  const items = id !== undefined && collectVariables(for_each ?? null).some(({ name }) => isVolatile(name));
  return collectVariables(body).filter(({ name }) => {
    const changes = isVolatile(name) || (items && /^item(?:$|[.[])/.test(name));
    return changes && !named.has(name) && ![...named].some((other) => name.startsWith(`${other}.`));
  });
}

interface VariableUse {
  readonly name: string;
  /** The variable as it is written in the text. */
  readonly written: string;
  readonly path: Path;
}

function collectVariables(value: JsonValue, path: Path = []): readonly VariableUse[] {
  if (typeof value === "string") {
    if (!hasMarkers(value)) return [];
    return parseTemplate(value).flatMap((part) =>
      part.kind === "variable" ? [{ name: part.name, written: `\${${part.name}}`, path }] : [],
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    collectVariables(inner as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Warns about JSON in a text, which the consumer receives as text. */
function warnAboutJson(body: JsonValue, onProblem: OnMessageProblem): void {
  const held = typeof body === "string" ? parseEmbeddedJson(body) : undefined;
  if (held === undefined) return;
  const what = `the body is a text that contains ${describeType(held)} as JSON, and is delivered as text`;
  const next =
    "Remove the quotes, or the |, if the value is intended; " +
    'if the text is intended, write "content_type: text", or "content_type: json" for a JSON text.';
  onProblem("BODY_IS_JSON_TEXT", { path: ["body"] }, what, next);
}

/** Parses a text that is JSON of a map or list, regardless of its variables. */
function parseEmbeddedJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text.replaceAll(/\$\{[^}]*\}/g, "0"));
  } catch {
    // The text is not JSON.
    return undefined;
  }
}

/** Maximum bytes of a body that count as one operation: 64,000, including about 100 of metadata. */
const operationBytes = 63_900;

/** Warns about valid messages that are probably mistakes. Use one linter per manifest. */
export class MessageLinter {
  readonly #seen = new Map<string, SourceLocation>();

  /**
   * Checks a message.
   *
   * @param bytes of the body
   * @param repeated whether for_each produced it, so that equal messages are intended
   */
  check(message: Message, bytes: number, repeated: boolean, onProblem: OnMessageProblem): void {
    detectCredentials(message, onProblem);
    if (bytes > operationBytes && bytes <= limits.messageBytes) {
      const operations = Math.ceil(bytes / operationBytes);
      const what = `the body has ${bytes} bytes, which are billed as ${operations} operations`;
      onProblem("BODY_LARGE", { path: ["body"] }, what, "Make it smaller, or send a link to the data.");
    }
    if (message.id === undefined && !repeated) this.#checkDuplicate(message, onProblem);
  }

  #checkDuplicate({ contentType, body, location }: Message, onProblem: OnMessageProblem): void {
    const key = `${contentType} ${JSON.stringify(body)}`;
    const first = this.#seen.get(key);
    if (first === undefined) {
      this.#seen.set(key, location);
      return;
    }
    const what = `the message at ${formatLocation(first)} has the same body, and neither has an id`;
    onProblem("DUPLICATE_MESSAGE", { path: [] }, what, "Remove one of them, or give them ids.");
  }
}
