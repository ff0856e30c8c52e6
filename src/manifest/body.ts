import type { ErrorObject } from "ajv";
import type { Message } from "../types.ts";
import type { OnProblem } from "./interpolate.ts";
import { fromPointer, type Path } from "./locate.ts";
import { SlowPattern } from "./pattern.ts";
import { printable, quote } from "./problem.ts";
import type { BodySchema } from "./schemas.ts";
import { nearest } from "./suggest.ts";
import { shown } from "./words.ts";

/** Problems told of one body: who breaks twenty rules is helped by the first ten. */
const toldPerBody = 10;

/** Keywords that look at a value as a whole, or at one of several that it may be. */
const wholeValue = new Set(["anyOf", "oneOf", "not", "if", "contains", "const", "enum", "uniqueItems"]);

/**
 * Checks a message's body against the schemas for it.
 *
 * @param unknown paths in the body of texts whose variables are not known here: nothing can be said of them
 */
export function checkBodySchemas(
  schemas: readonly BodySchema[],
  { id, body, secrets = [] }: Message,
  unknown: readonly Path[],
  tell: OnProblem,
): void {
  const hidden = [...unknown, ...secrets.map(({ path }) => path)].map(toPointer);
  for (const { file, validate } of schemas) {
    if (isValid(validate, body)) continue;
    const errors = (validate.errors ?? []).filter((error) => !isAbout(error, hidden));
    for (const error of errors.slice(0, toldPerBody)) {
      const path = fromPointer(error.instancePath);
      const where = path.length === 0 ? "the body" : `${quote(path.join("."))} in the body`;
      const whose = id === undefined ? where : `${where} of ${quote(id)}`;
      const what = `${whose} ${words(error)}`;
      const rule = `The rule is ${printable(error.schemaPath)} in ${file}.`;
      tell("BODY_NOT_VALID", ["body", ...path], "", what, `Change the body, or the schema. ${rule}`);
    }
  }
}

function isValid(validate: BodySchema["validate"], body: Message["body"]): boolean {
  try {
    return validate(body);
  } catch (error) {
    const why = reasonOf(error);
    if (why === undefined) throw error;
    const message = `cannot be checked: ${why}`;
    validate.errors = [{ keyword: "$ref", instancePath: "", schemaPath: "#", params: {}, message }];
    return false;
  }
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof SlowPattern) return error.message;
  // A schema that refers to itself without going deeper into the value.
  return error instanceof RangeError ? "the schema never ends" : undefined;
}

/** Whether an error may come of a text that is not known here. */
function isAbout({ instancePath, keyword }: ErrorObject, hidden: readonly string[]): boolean {
  return hidden.some((pointer) => {
    if (instancePath === pointer) return true;
    return pointer.startsWith(`${instancePath}/`) && wholeValue.has(keyword);
  });
}

function toPointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** What Ajv says, with the value that it is about where that is short. */
function words({ keyword, params, message = "is not valid", parentSchema }: ErrorObject): string {
  switch (keyword) {
    case "additionalProperties":
    case "unevaluatedProperties": {
      const key = String(params.additionalProperty ?? params.unevaluatedProperty);
      const near = nearest(key, Object.keys(parentSchema?.properties ?? {}));
      return `has a key ${quote(key)} that the schema does not know${near ? ` (did you mean ${quote(near)}?)` : ""}`;
    }
    case "enum":
      return `must be one of ${(params.allowedValues as unknown[]).slice(0, 10).map(shown).join(", ")}`;
    case "const":
      return `must be ${shown(params.allowedValue)}`;
    default:
      return message;
  }
}
