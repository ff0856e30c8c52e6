import { applyEdits, modify, type ParseError, parse } from "jsonc-parser";
import { isObject } from "../../json-object.ts";

/**
 * Adds the schema of manifests to the settings of VS Code, and changes nothing else, comments included.
 *
 * @param existing the text of .vscode/settings.json; undefined if it does not exist
 * @param schema path of the schema, relative to the root of the repository
 * @param manifests glob of the manifests, relative to the root of the repository
 */
export function addToEditorSettings(existing: string | undefined, schema: string, manifests: string): string {
  const text = existing?.trim() ? existing : "{}\n";
  const errors: ParseError[] = [];
  const settings: unknown = parse(text, errors, { allowTrailingComma: true });
  // Settings that VS Code could not read either are left to their owner.
  if (errors.length > 0 || !isObject(settings)) return text;
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };
  const set = (path: readonly string[], value: unknown, before: string) =>
    applyEdits(before, modify(before, [...path], value, { formattingOptions }));
  const schemas = settings["yaml.schemas"];
  if (typeof schemas === "object" && schemas !== null && Object.hasOwn(schemas, schema)) return text;
  return set(["yaml.schemas", schema], [manifests], text);
}
