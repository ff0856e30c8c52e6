import type { JsonValue, PushMode } from "../types.ts";
import type { OnProblem } from "./interpolate.ts";
import type { Path } from "./locate.ts";
import { quote } from "./problem.ts";
import { isSensitiveName } from "./sensitive.ts";
import { hasMarkers, parseTemplate } from "./template.ts";
import { splitName } from "./variable-name.ts";
import { typeName } from "./words.ts";
import type { WrittenDefaults, WrittenMessage } from "./written.ts";

/** What surrounds a message as a manifest writes it. */
export interface LintContext {
  readonly defaults: WrittenDefaults | undefined;
  readonly push: PushMode;
  /** Whether it makes messages of a data file's rows. */
  readonly isMap: boolean;
}

/** Warns of what a message's text says, before its variables are replaced; told once, however many messages it makes. */
export function lintWritten(written: WrittenMessage, context: LintContext, tell: OnProblem): void {
  if (context.push === "once") warnOfChanges(written, context, tell);
  if ((written.content_type ?? context.defaults?.content_type) === undefined) warnOfJson(written.body, tell);
}

/**
 * A variable changes by itself when it depends on the commit, the configuration or the environment. A secret's value is no part of
 * what a message is known by.
 */
function changesByItself(name: string): boolean {
  const [head, ...steps] = splitName(name);
  if (head === "env") return !isSensitiveName(steps.join("."));
  return name === "git.sha" || head === "config";
}

/** A message goes once, by its id or its body: a body that changes by itself makes an edited or a new message of it. */
function warnOfChanges(message: WrittenMessage, { isMap }: LintContext, tell: OnProblem): void {
  for (const { name, written, path } of changingVariables(message, isMap)) {
    const then = isMap
      ? "the next deployment stops with DATA_FILE_EDITED"
      : message.id === undefined
        ? "the next deployment pushes the message again"
        : "the next deployment stops with MESSAGE_EDITED";
    const what = `the variable ${quote(name)} may get another value without an edit here, and then ${then}`;
    const own = isMap ? "" : ", name the variable in the id too if each value is a message of its own";
    const next = `Write "push: on_change" if all is to go again then${own}, or allow it if the value stays the same.`;
    tell("VARIABLE_CHANGES", ["body", ...path], written, what, next);
  }
}

/**
 * The variables that make another message of a message by themselves. One that its id names too makes a new one, which is meant.
 *
 * @param isMap whether it makes messages of a data file's rows, which are known by their bodies alone
 */
export function changingVariables({ id, body, for_each }: WrittenMessage, isMap: boolean): readonly Named[] {
  const named = new Set(isMap ? [] : variablesIn(id ?? null).map(({ name }) => name));
  const items = id !== undefined && variablesIn(for_each ?? null).some(({ name }) => changesByItself(name));
  return variablesIn(body).filter(({ name }) => {
    const changes = changesByItself(name) || (items && /^item(?:$|[.[])/.test(name));
    return changes && !named.has(name) && ![...named].some((other) => name.startsWith(`${other}.`));
  });
}

interface Named {
  readonly name: string;
  /** As the text has it. */
  readonly written: string;
  readonly path: Path;
}

function variablesIn(value: JsonValue, path: Path = []): readonly Named[] {
  if (typeof value === "string") {
    if (!hasMarkers(value)) return [];
    return parseTemplate(value).flatMap((part) =>
      part.kind === "variable" ? [{ name: part.name, written: `\${${part.name}}`, path }] : [],
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    variablesIn(inner as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The consumer gets a text in quotes as a text, whatever is in it. */
function warnOfJson(body: JsonValue, tell: OnProblem): void {
  const held = typeof body === "string" ? heldJson(body) : undefined;
  if (held === undefined) return;
  const what = `the body is a text that holds ${typeName(held)} as JSON, and arrives as a text`;
  const next =
    "Write it without the quotes, or the |, if the value is meant; " +
    'if the text is, write "content_type: text", or "content_type: json" for a JSON text.';
  tell("BODY_IS_JSON_TEXT", ["body"], "", what, next);
}

/** The map or the list that a text is the JSON of, whatever its variables will be. */
function heldJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text.replaceAll(/\$\{[^}]*\}/g, "0"));
  } catch {
    // Any other text.
    return undefined;
  }
}
