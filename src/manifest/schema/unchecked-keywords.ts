import { didYouMean } from "../problem/did-you-mean.ts";
import { quote } from "../problem/problem.ts";
import { type Dialect, dialects } from "./dialects.ts";
import type { OnSchemaFault } from "./registry.ts";
import type { Located, SchemaObject } from "./types.ts";

/** Annotations for readers, editors and code generators, which check nothing. */
const notes = new Set([
  // OpenAPI
  "example",
  "discriminator",
  "xml",
  "externalDocs",
  "deprecated",
  // Editors: VS Code's language service, which most of them use
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
  // Code and form generators
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
  // Other drafts
  "$anchor",
  "$vocabulary",
  "$recursiveAnchor",
  "$dynamicAnchor",
  "contentSchema",
]);

/** Keywords next to a `$ref` of draft-07 that are annotations, or targets of references. */
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

/** Keywords that have no effect without another one. */
const needs: ReadonlyMap<string, string> = new Map([
  ["then", "if"],
  ["else", "if"],
  ["minContains", "contains"],
  ["maxContains", "contains"],
]);

/** Warns about keywords of a schema that seem to check something, but do not. */
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
    const what = '"nullable" is a keyword of OpenAPI, and checks nothing without a "type" next to it';
    return { what, next: 'Write "anyOf": [ …, { "type": "null" } ] to allow null.' };
  }
  if (alone && !harmless.has(keyword)) {
    const what = `${quote(keyword)} is ignored: next to a $ref, ${dialect.name} allows no other keyword`;
    return { what, next: 'Write both into "allOf", or use a newer draft in "$schema".' };
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
