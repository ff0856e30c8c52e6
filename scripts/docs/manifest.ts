import { stringify } from "yaml";

/** The part of JSON Schema that the schema of manifests uses. */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly pattern?: string;
}

/** A key of a manifest, with its path. */
interface Key {
  /** Dotted, as in `source.map.id`; `[]` stands for each item of a list. */
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** The parts of the page that are not generated. Their examples are checked like those of every page. */
export interface Frame {
  /** Markdown in front of the table of keys. */
  readonly top: string;
}

/**
 * Generates the manifest reference as Markdown: one section per key, in the order of the schema. Pure.
 *
 * @throws Error if the schema refers to a definition that does not exist
 */
export function manifestReference(root: Schema, { top }: Frame): string {
  const keys = collectKeys(root, root, "");
  const rows = keys.map(({ path, schema, required }) => {
    const standard = required ? "required" : code(schema.default);
    return `| [\`${path}\`](#${anchor(path)}) | ${schema.title ?? ""} | ${standard} |\n`;
  });
  const sections = keys.map((key) => section(key));
  return `${top.trimEnd()}

## All keys

| key | what it is | default |
|---|---|---|
${rows.join("")}
${sections.join("\n")}`;
}

function collectKeys(root: Schema, schema: Schema, before: string): readonly Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const resolved = resolve(root, value);
    const path = `${before}${name}`;
    const items = resolved.items === undefined ? undefined : resolve(root, resolved.items);
    return [
      { path, schema: resolved, required: schema.required?.includes(name) ?? false },
      ...collectKeys(root, resolved, `${path}.`),
      ...(items === undefined ? [] : collectKeys(root, items, `${path}[].`)),
    ];
  });
}

function resolve(root: Schema, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace("#/definitions/", "");
  const found = root.definitions?.[name];
  if (found === undefined) throw new Error(`the schema refers to ${schema.$ref}, which it does not define`);
  return { ...found, ...schema };
}

function section({ path, schema }: Key): string {
  const facts = [describeType(schema), ...describeLimits(schema)].filter((fact) => fact !== "").join("; ");
  const name = path.split(/\.|\[\]/).at(-1) ?? path;
  const example = schema.examples?.[0];
  const shown =
    example === undefined ? "" : `\n\`\`\`yaml\n${stringify({ [name]: example }, { lineWidth: 100 })}\`\`\`\n`;
  return `### ${path}\n\n${wrap(schema.description ?? "")}\n\n${capital(facts)}.\n${shown}`;
}

function describeType(schema: Schema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(code).join(", ")}`;
  const types = [schema.type ?? "any value"].flat();
  const inner = schema.items ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : {});
  const values = inner.enum === undefined ? "" : `; each value is one of ${inner.enum.map(code).join(", ")}`;
  const named = types.map((type) => words[type] ?? type);
  return [named.slice(0, -1).join(", "), ...named.slice(-1)].filter((part) => part !== "").join(" or ") + values;
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  boolean: "`true` or `false`",
  array: "list",
  object: "map",
};

function describeLimits(schema: Schema): string[] {
  const several = [schema.type].flat().length > 1;
  const limit = (least: number | undefined, most: number | undefined, unit: string, of: string) => {
    if (least === undefined && most === undefined) return "";
    const range = formatRange(least, most);
    const counted = unit === "" ? "" : ` ${unit}${(most ?? least) === 1 ? "" : "s"}`;
    return `${several ? `as ${of}, ` : ""}${range}${counted}`;
  };
  return [
    limit(schema.minimum, schema.maximum, "", "a number"),
    limit(schema.minLength, schema.maxLength, "character", "a text"),
    limit(schema.minItems, schema.maxItems, "item", "a list"),
    limit(schema.minProperties, undefined, "key", "a map"),
  ];
}

function formatRange(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return `at least ${number(least ?? 0)}`;
  if (least === undefined) return `at most ${number(most)}`;
  return least === most ? number(most) : `${number(least)} to ${number(most)}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function code(value: unknown): string {
  if (value === undefined) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** Breaks a paragraph into lines of at most 120 characters, as in the other pages. */
function wrap(text: string): string {
  return text.replace(/(?=.{121})(.{1,120}) /g, "$1\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Converts a heading to the anchor that GitHub gives it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
