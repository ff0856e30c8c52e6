import type { JsonValue, SecretSlot } from "../../types.ts";
import { copySpellings, recordSpelling } from "../json/number-spelling.ts";
import { describeType } from "../problem/describe-value.ts";
import { quote } from "../problem/problem.ts";
import { foreignTemplate } from "../yaml/foreign-template.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { Path } from "../yaml/source-location.ts";
import { InsertionLimit, maxInserted } from "./insertion-limit.ts";
import { resolveVariable } from "./resolve-variable.ts";
import { formatPlaceholder } from "./secrets.ts";
import { countVariables, parseTemplateTree, type TemplateTree } from "./template-tree.ts";
import { splitName } from "./variable-name.ts";
import type { LookupResult, Scope } from "./variables.ts";

/** A value with its variables replaced. */
export interface Interpolated {
  readonly value: JsonValue;
  /** The positions of secrets, which are filled in later. */
  readonly secrets: readonly SecretSlot[];
  /** Paths of texts with a variable whose value is unknown here. */
  readonly unknown: readonly Path[];
}

export interface InterpolateOptions {
  /** Whether secrets are allowed; they are not in values that are displayed, such as ids. */
  readonly secretsAllowed: boolean;
  /** Whether a text that is exactly one variable becomes text, instead of keeping the variable's type. */
  readonly textOnly: boolean;
}

/** Replaces the variables in all texts of a value. Texts with problems are reported and left unchanged. */
export function interpolate(
  value: JsonValue,
  scope: Scope,
  options: InterpolateOptions,
  onProblem: OnMessageProblem,
): Interpolated {
  const tree = parseTemplateTree(value);
  if (tree.kind === "constant") return { value, secrets: [], unknown: [] };
  const secrets: SecretSlot[] = [];
  const unknown: Path[] = [];
  const limit = new InsertionLimit();
  // Small rows need not be measured, which matters for data files with many rows.
  const isRowSmall = scope.row !== undefined && scope.row.bytes * countVariables(tree) <= maxInserted;

  /** Checks whether a value may be inserted once more, and reports the first one that may not. */
  const fits = (of: JsonValue, path: Path, name: string): boolean => {
    if (isRowSmall && splitName(name)[0] === "row") return true;
    const size = limit.add(of);
    if (size === "first_excess") {
      const what = `with the variable ${quote(name)}, the variables insert more than ${maxInserted} characters`;
      const next = "Use fewer variables, or ones with shorter values.";
      onProblem("BODY_TOO_LARGE", { path, snippet: `\${${name}}` }, what, next);
    }
    return size === "fits";
  };

  const walk = (at: TemplateTree): Insertion => {
    switch (at.kind) {
      case "constant":
        return at;
      case "text":
        return replace(at);
      case "list": {
        const copy: JsonValue[] = [];
        for (const item of at.items) insertValue(copy, copy.length, walk(item));
        if (at.spelled) copySpellings(at.spelled, copy);
        return { value: copy };
      }
      case "map": {
        const copy: Record<string, JsonValue> = {};
        for (const { key, path, marked, tree: inner } of at.entries) {
          if (marked) reportKey(key, path);
          insertValue(copy, key, walk(inner));
        }
        if (at.spelled) copySpellings(at.spelled, copy);
        return { value: copy };
      }
    }
  };

  const reportKey = (key: string, path: Path) =>
    onProblem(
      "VARIABLE_NOT_HERE",
      { path, snippet: key },
      `the key ${quote(key)} contains a variable`,
      "Write the key out.",
    );

  const reportSecret = ({ name, from }: Extract<LookupResult, { kind: "secret" }>, path: Path, input: string) => {
    const named = `the environment variable ${quote(name)} has the name of a secret, and its value would be visible here`;
    const what = from === undefined ? "a secret would be visible here" : named;
    onProblem("VARIABLE_NOT_HERE", { path, snippet: input }, what, "Use secrets only in bodies.");
  };

  const replace = ({ text, parts, path }: Extract<TemplateTree, { kind: "text" }>): Insertion => {
    const [only] = parts;
    if (parts.length === 1 && only?.kind === "variable" && !options.textOnly) {
      const found = resolveVariable(only.name, scope);
      if (found.kind === "value") return fits(found.value, path, only.name) ? found : { value: text };
    }
    let result = "";
    for (const part of parts) {
      switch (part.kind) {
        case "text":
          result += part.text;
          break;
        case "literal":
          if (part.name !== undefined) warnOfLiteral(part.name, part.source, path);
          result += "${";
          break;
        case "foreign":
          onProblem("TEMPLATE_FOREIGN", { path, snippet: part.source }, ...foreignTemplate(part.source));
          result += part.source;
          break;
        case "unclosed": {
          const next = "Add the missing }, or write $${ for the literal characters ${.";
          onProblem("VARIABLE_SYNTAX", { path, snippet: text.slice(part.at) }, "a variable is not closed", next);
          result += text.slice(part.at);
          break;
        }
        case "variable":
          result += insert(part.name, path, result.length);
      }
    }
    return { value: result };
  };

  const warnOfLiteral = (name: string, input: string, path: Path): void => {
    if (resolveVariable(name, scope).kind === "problem") return;
    const variable = `\${${name}}`;
    const what = `${quote(input)} is sent as the characters ${variable}, not as the variable's value`;
    const next = `For a dollar sign and the variable's value write \${$}${variable}; allow the warning if the characters are intended.`;
    onProblem("LITERAL_VARIABLE", { path, snippet: input }, what, next);
  };

  const insert = (name: string, path: Path, at: number): string => {
    const found: LookupResult = resolveVariable(name, scope);
    const input = `\${${name}}`;
    switch (found.kind) {
      case "value":
        if (typeof found.value !== "object") {
          return fits(found.value, path, name) ? (found.text ?? String(found.value)) : input;
        }
        onProblem(
          "WRONG_TYPE",
          { path, snippet: input },
          `the variable ${quote(name)} is ${describeType(found.value)}, which cannot be inserted into a text`,
          "Use one of its values, or write the variable alone.",
        );
        return input;
      case "secret":
        if (!options.secretsAllowed) reportSecret(found, path, input);
        else if (found.missing)
          onProblem(found.missing.code, { path, snippet: input }, found.missing.message, found.missing.hint);
        else {
          const slot = { name: found.name, ...(found.from && { from: found.from }), path, at };
          secrets.push(slot);
          // The push replaces this placeholder, regardless of how the variable is written.
          return formatPlaceholder(slot);
        }
        return input;
      case "unknown":
        unknown.push(path);
        return input;
      case "problem":
        onProblem(found.code, { path, snippet: input, location: found.location }, found.message, found.hint);
        return input;
    }
  };

  return { value: walk(tree).value, secrets, unknown };
}

/** A replacement value, with the spelling of a number. */
interface Insertion {
  readonly value: JsonValue;
  readonly text?: string;
}

/** Sets a value in a new list or map. */
function insertValue(holder: object, key: string | number, { value, text }: Insertion): void {
  // An own property, even if the key is "__proto__".
  if (key === "__proto__") Object.defineProperty(holder, key, { value, enumerable: true });
  else (holder as Record<string | number, JsonValue>)[key] = value;
  if (text !== undefined) recordSpelling(holder, key, value, text);
}
