import { didYouMean } from "../did-you-mean.ts";
import { quote } from "../problem.ts";
import { type Dialect, dialects } from "./dialects.ts";
import type { OnSchemaFault } from "./registry.ts";
import type { Located, SchemaObject } from "./types.ts";

/** Keywords that say something to people, editors and generators of code, and ask nothing of a value. */
const notes = new Set([
  // OpenAPI
  "example",
  "discriminator",
  "xml",
  "externalDocs",
  "deprecated",
  // Editors: VS Code's language service, which most of them have
  "markdownDescription",
  "enumDescriptions",
  "markdownEnumDescriptions",
  "enumItemLabels",
  "defaultSnippets",
  "errorMessage",
  "patternErrorMessage",
  "deprecationMessage",
  "doNotSuggest",
  "suggestSortText",
  "allowComments",
  "allowTrailingCommas",
  "completionDetail",
  // Generators of code and of forms
  "enumNames",
  "enumVarNames",
  "propertyOrder",
  "options",
  "tsType",
  "tsEnumNames",
  "javaType",
  "javaName",
  "existingJavaType",
  "goJSONSchema",
  // Of other drafts
  "$anchor",
  "$vocabulary",
  "$recursiveAnchor",
  "$dynamicAnchor",
  "contentSchema",
]);

/** Keywords beside a `$ref` of draft-07 that only say something, or are led to from elsewhere. */
const harmless = new Set([
  ...notes,
  "$schema",
  "$id",
  "$ref",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "readOnly",
  "writeOnly",
]);

/** Keywords that mean nothing without another one. */
const needs: ReadonlyMap<string, string> = new Map([
  ["then", "if"],
  ["else", "if"],
  ["minContains", "contains"],
  ["maxContains", "contains"],
]);

/** Warns of the keywords of a schema that check nothing, though they look as if they did. */
export function checkKeywords(schema: SchemaObject, { file, steps, resource }: Located, warn: OnSchemaFault): void {
  const { dialect } = resource;
  const alone = dialect.refStandsAlone && typeof schema.$ref === "string";
  for (const keyword of Object.keys(schema)) {
    const found = uncheckedKeyword(keyword, schema, dialect, alone);
    if (found !== undefined) warn({ file, steps: [...steps, keyword] }, found.what, found.next);
  }
}

function uncheckedKeyword(
  keyword: string,
  schema: SchemaObject,
  dialect: Dialect,
  alone: boolean,
): { readonly what: string; readonly next: string } | undefined {
  if (keyword.startsWith("x-")) return undefined;
  if (keyword === "nullable") {
    if (schema.nullable !== true || (schema.type !== undefined && !alone)) return undefined;
    const what = '"nullable" is a keyword of OpenAPI, and checks nothing without a "type" beside it';
    return { what, next: 'Write "anyOf": [ …, { "type": "null" } ] to allow null.' };
  }
  if (alone && !harmless.has(keyword)) {
    const what = `${quote(keyword)} is ignored: beside a $ref, ${dialect.name} knows nothing else`;
    return { what, next: 'Write both into "allOf", or name a newer draft in "$schema".' };
  }
  if (dialect.keywords.has(keyword)) {
    const other = needs.get(keyword);
    if (other === undefined || Object.hasOwn(schema, other)) return undefined;
    return {
      what: `${quote(keyword)} checks nothing without ${quote(other)}`,
      next: `Add ${quote(other)}, or remove it.`,
    };
  }
  if (notes.has(keyword)) return undefined;
  const owner = dialects.find(({ keywords }) => keywords.has(keyword));
  if (owner !== undefined) {
    const what = `${quote(keyword)} is a keyword of ${owner.name}, and this is a schema of ${dialect.name}`;
    return { what, next: `Write "$schema": "${owner.address}" at the top of the file, or another keyword.` };
  }
  const near = didYouMean(keyword, [...dialect.keywords.keys()]);
  const what = `unknown keyword: ${quote(keyword)}`;
  return { what, next: `Correct its spelling, remove it, or begin it with x-: nothing checks it.${near}` };
}
