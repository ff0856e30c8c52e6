import type { JsonValue, PushMode } from "../types.ts";
import { describeType } from "./describe-value.ts";
import type { OnVariableProblem } from "./interpolate.ts";
import type { DefaultsInput, MessageInput } from "./manifest-input.ts";
import { quote } from "./problem.ts";
import { isSensitiveName } from "./sensitive-names.ts";
import type { Path } from "./source-location.ts";
import { hasMarkers, parseTemplate } from "./template.ts";
import { splitName } from "./variable-name.ts";

/** What surrounds a message as a manifest writes it. */
export interface LintContext {
  readonly defaults: DefaultsInput | undefined;
  readonly push: PushMode;
  /** Whether it makes messages of a data file's rows. */
  readonly isMap: boolean;
}

/** Warns of what a message's text says, before its variables are replaced; told once, however many messages it makes. */
export function lintInput(input: MessageInput, context: LintContext, onProblem: OnVariableProblem): void {
  if (context.push === "once") warnAboutChanges(input, context, onProblem);
  if ((input.content_type ?? context.defaults?.content_type) === undefined) warnAboutJson(input.body, onProblem);
}

/**
 * A variable changes by itself when it depends on the commit, the configuration or the environment. A secret's value is no part of
 * what a message is known by.
 */
function isVolatile(name: string): boolean {
  const [head, ...steps] = splitName(name);
  if (head === "env") return !isSensitiveName(steps.join("."));
  return name === "git.sha" || head === "config";
}

/** A message goes once, by its id or its body: a body that changes by itself makes an edited or a new message of it. */
function warnAboutChanges(message: MessageInput, { isMap }: LintContext, onProblem: OnVariableProblem): void {
  for (const { name, written: input, path } of changingVariables(message, isMap)) {
    const then = isMap
      ? "the next deployment stops with DATA_FILE_EDITED"
      : message.id === undefined
        ? "the next deployment pushes the message again"
        : "the next deployment stops with MESSAGE_EDITED";
    const what = `the variable ${quote(name)} may get another value without an edit here, and then ${then}`;
    const own = isMap ? "" : ", name the variable in the id too if each value is a message of its own";
    const next = `Write "push: on_change" if all is to go again then${own}, or allow it if the value stays the same.`;
    onProblem("VARIABLE_CHANGES", ["body", ...path], input, what, next);
  }
}

/**
 * The variables that make another message of a message by themselves. One that its id names too makes a new one, which is meant.
 *
 * @param isMap whether it makes messages of a data file's rows, which are known by their bodies alone
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
  /** As the text has it. */
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

/** The consumer gets a text in quotes as a text, whatever is in it. */
function warnAboutJson(body: JsonValue, onProblem: OnVariableProblem): void {
  const held = typeof body === "string" ? parseHeldJson(body) : undefined;
  if (held === undefined) return;
  const what = `the body is a text that holds ${describeType(held)} as JSON, and arrives as a text`;
  const next =
    "Write it without the quotes, or the |, if the value is meant; " +
    'if the text is, write "content_type: text", or "content_type: json" for a JSON text.';
  onProblem("BODY_IS_JSON_TEXT", ["body"], "", what, next);
}

/** The map or the list that a text is the JSON of, whatever its variables will be. */
function parseHeldJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text.replaceAll(/\$\{[^}]*\}/g, "0"));
  } catch {
    // Any other text.
    return undefined;
  }
}
