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
  return tree.kind === "constant"
    ? { value, secrets: [], unknown: [] }
    : new Interpolator(scope, options, onProblem).run(tree);
}

type TextTemplate = Extract<TemplateTree, { kind: "text" }>;
type FoundSecret = Extract<LookupResult, { kind: "secret" }>;

/** Replaces the variables of one value. */
class Interpolator {
  readonly #scope: Scope;
  readonly #options: InterpolateOptions;
  readonly #onProblem: OnMessageProblem;
  readonly #secrets: SecretSlot[] = [];
  readonly #unknown: Path[] = [];
  readonly #limit = new InsertionLimit();
  /** Small rows need not be measured, which matters for data files with many rows. */
  #isRowSmall = false;

  constructor(scope: Scope, options: InterpolateOptions, onProblem: OnMessageProblem) {
    this.#scope = scope;
    this.#options = options;
    this.#onProblem = onProblem;
  }

  run(tree: TemplateTree): Interpolated {
    const { row } = this.#scope;
    this.#isRowSmall = row !== undefined && row.bytes * countVariables(tree) <= maxInserted;
    return { value: this.#replaceIn(tree).value, secrets: this.#secrets, unknown: this.#unknown };
  }

  #replaceIn(tree: TemplateTree): Insertion {
    switch (tree.kind) {
      case "constant":
        return tree;
      case "text":
        return this.#replaceText(tree);
      case "list": {
        const copy: JsonValue[] = [];
        for (const item of tree.items) insertValue(copy, copy.length, this.#replaceIn(item));
        if (tree.spelled) copySpellings(tree.spelled, copy);
        return { value: copy };
      }
      case "map": {
        const copy: Record<string, JsonValue> = {};
        for (const { key, path, marked, tree: inner } of tree.entries) {
          if (marked) this.#reportKey(key, path);
          insertValue(copy, key, this.#replaceIn(inner));
        }
        if (tree.spelled) copySpellings(tree.spelled, copy);
        return { value: copy };
      }
    }
  }

  #replaceText({ text, parts, path }: TextTemplate): Insertion {
    const [only] = parts;
    if (parts.length === 1 && only?.kind === "variable" && !this.#options.textOnly) {
      const found = resolveVariable(only.name, this.#scope);
      if (found.kind === "value") return this.#fits(found.value, path, only.name) ? found : { value: text };
    }
    let result = "";
    for (const part of parts) {
      switch (part.kind) {
        case "text":
          result += part.text;
          break;
        case "literal":
          if (part.name !== undefined) this.#warnOfLiteral(part.name, part.source, path);
          result += "${";
          break;
        case "foreign":
          this.#onProblem("TEMPLATE_FOREIGN", { path, snippet: part.source }, ...foreignTemplate(part.source));
          result += part.source;
          break;
        case "unclosed": {
          const next = "Add the missing }, or write $${ for the literal characters ${.";
          this.#onProblem("VARIABLE_SYNTAX", { path, snippet: text.slice(part.at) }, "a variable is not closed", next);
          result += text.slice(part.at);
          break;
        }
        case "variable":
          result += this.#formatVariable(part.name, path, result.length);
      }
    }
    return { value: result };
  }

  /** Returns what replaces a variable in a text. @param at the offset in the resulting text */
  #formatVariable(name: string, path: Path, at: number): string {
    const found = resolveVariable(name, this.#scope);
    const input = `\${${name}}`;
    switch (found.kind) {
      case "value":
        if (typeof found.value !== "object") {
          return this.#fits(found.value, path, name) ? (found.text ?? String(found.value)) : input;
        }
        this.#onProblem(
          "WRONG_TYPE",
          { path, snippet: input },
          `the variable ${quote(name)} is ${describeType(found.value)}, which cannot be inserted into a text`,
          "Use one of its values, or write the variable alone.",
        );
        return input;
      case "secret":
        return this.#placeSecret(found, { path, snippet: input }, at) ?? input;
      case "unknown":
        this.#unknown.push(path);
        return input;
      case "problem":
        this.#onProblem(found.code, { path, snippet: input, location: found.location }, found.message, found.hint);
        return input;
    }
  }

  /**
   * Returns the placeholder of a secret, which the push replaces regardless of how the variable is written; undefined if the secret
   * cannot be used here, which is reported.
   */
  #placeSecret(
    { name, from, missing }: FoundSecret,
    location: { readonly path: Path; readonly snippet: string },
    at: number,
  ): string | undefined {
    if (!this.#options.secretsAllowed) {
      const named = `the environment variable ${quote(name)} has the name of a secret, and its value would be visible here`;
      const what = from === undefined ? "a secret would be visible here" : named;
      this.#onProblem("VARIABLE_NOT_HERE", location, what, "Use secrets only in bodies.");
      return undefined;
    }
    if (missing !== undefined) {
      this.#onProblem(missing.code, location, missing.message, missing.hint);
      return undefined;
    }
    const slot = { name, ...(from && { from }), path: location.path, at };
    this.#secrets.push(slot);
    return formatPlaceholder(slot);
  }

  /** Checks whether a value may be inserted once more, and reports the first one that may not. */
  #fits(value: JsonValue, path: Path, name: string): boolean {
    if (this.#isRowSmall && splitName(name)[0] === "row") return true;
    const size = this.#limit.add(value);
    if (size === "first_excess") {
      const what = `with the variable ${quote(name)}, the variables insert more than ${maxInserted} characters`;
      const next = "Use fewer variables, or ones with shorter values.";
      this.#onProblem("BODY_TOO_LARGE", { path, snippet: `\${${name}}` }, what, next);
    }
    return size === "fits";
  }

  #reportKey(key: string, path: Path): void {
    const what = `the key ${quote(key)} contains a variable`;
    this.#onProblem("VARIABLE_NOT_HERE", { path, snippet: key }, what, "Write the key out.");
  }

  #warnOfLiteral(name: string, input: string, path: Path): void {
    if (resolveVariable(name, this.#scope).kind === "problem") return;
    const variable = `\${${name}}`;
    const what = `${quote(input)} is sent as the characters ${variable}, not as the variable's value`;
    const next = `For a dollar sign and the variable's value write \${$}${variable}; allow the warning if the characters are intended.`;
    this.#onProblem("LITERAL_VARIABLE", { path, snippet: input }, what, next);
  }
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
