/** The kind of a keyword's value: schemas in some structure, or anything else. */
export type SchemaPosition = "value" | "schema" | "list" | "map" | "schemaOrList" | "schemasOrNames";

/** A draft of JSON Schema: its keywords, and its differences from other drafts. */
export interface Dialect {
  /** Its common name. */
  readonly name: string;
  /** The value of `$schema`, without the empty fragment. */
  readonly address: string;
  readonly keywords: ReadonlyMap<string, SchemaPosition>;
  /** Whether keywords next to `$ref` are ignored. */
  readonly refStandsAlone: boolean;
  /** Whether `items` is a list of schemas for the first items, instead of a schema for those after `prefixItems`. */
  readonly listItems: boolean;
  /** Whether an item that matches `contains` counts as evaluated. */
  readonly containsEvaluates: boolean;
}

const shared = {
  $schema: "value",
  $id: "value",
  $ref: "value",
  $comment: "value",
  $defs: "map",
  definitions: "map",
  title: "value",
  description: "value",
  default: "value",
  examples: "value",
  readOnly: "value",
  writeOnly: "value",
  type: "value",
  enum: "value",
  const: "value",
  multipleOf: "value",
  minimum: "value",
  maximum: "value",
  exclusiveMinimum: "value",
  exclusiveMaximum: "value",
  minLength: "value",
  maxLength: "value",
  pattern: "value",
  format: "value",
  contentEncoding: "value",
  contentMediaType: "value",
  minItems: "value",
  maxItems: "value",
  uniqueItems: "value",
  contains: "schema",
  minProperties: "value",
  maxProperties: "value",
  required: "value",
  properties: "map",
  patternProperties: "map",
  additionalProperties: "schema",
  propertyNames: "schema",
  // Newer drafts keep it for compatibility.
  dependencies: "schemasOrNames",
  allOf: "list",
  anyOf: "list",
  oneOf: "list",
  not: "schema",
  if: "schema",
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword, and the table is never awaited
  then: "schema",
  else: "schema",
} as const satisfies Record<string, SchemaPosition>;

const since2019 = {
  $anchor: "value",
  $vocabulary: "value",
  deprecated: "value",
  minContains: "value",
  maxContains: "value",
  dependentRequired: "value",
  dependentSchemas: "map",
  unevaluatedItems: "schema",
  unevaluatedProperties: "schema",
  contentSchema: "schema",
} as const satisfies Record<string, SchemaPosition>;

const draft7: Dialect = {
  name: "draft-07",
  address: "http://json-schema.org/draft-07/schema",
  keywords: new Map(Object.entries({ ...shared, items: "schemaOrList", additionalItems: "schema" })),
  refStandsAlone: true,
  listItems: true,
  containsEvaluates: false,
};

const draft2019: Dialect = {
  name: "2019-09",
  address: "https://json-schema.org/draft/2019-09/schema",
  keywords: new Map(
    Object.entries({
      ...shared,
      ...since2019,
      items: "schemaOrList",
      additionalItems: "schema",
      $recursiveRef: "value",
      $recursiveAnchor: "value",
    }),
  ),
  refStandsAlone: false,
  listItems: true,
  containsEvaluates: false,
};

const draft2020: Dialect = {
  name: "2020-12",
  address: "https://json-schema.org/draft/2020-12/schema",
  keywords: new Map(
    Object.entries({
      ...shared,
      ...since2019,
      prefixItems: "list",
      items: "schema",
      $dynamicRef: "value",
      $dynamicAnchor: "value",
    }),
  ),
  refStandsAlone: false,
  listItems: false,
  containsEvaluates: true,
};

export const dialects: readonly Dialect[] = [draft7, draft2019, draft2020];

/** The draft of a schema without `$schema`, the same as in editors. */
export const defaultDialect = draft7;

/** Finds the draft of a schema. @param address the value of `$schema`; draft-07 is also accepted with https */
export function findDialect(address: string): Dialect | undefined {
  const plain = address
    .replace(/#$/, "")
    .replace(/^https:\/\/json-schema\.org\/draft-07\//, "http://json-schema.org/draft-07/");
  return dialects.find((dialect) => dialect.address === plain);
}
