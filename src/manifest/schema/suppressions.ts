import { isSchemaObject } from "./registry.ts";
import type { SchemaFile, SchemaValue, Steps } from "./types.ts";

/** `queue-seeder: allow CODE, CODE` in the `$comment` of a schema. */
const comment = /queue-seeder:\s*allow\s+([A-Za-z_]+(?:\s*,\s*[A-Za-z_]+)*)/;

/** Reports whether the `$comment` of a schema silences a warning inside it. JSON has no other comments. */
export function isSuppressed(code: string, { value }: SchemaFile, steps: Steps): boolean {
  let here: SchemaValue | undefined = value;
  for (const step of [...steps, ""]) {
    if (isSchemaObject(here)) {
      const found = typeof here.$comment === "string" ? comment.exec(here.$comment)?.[1] : undefined;
      if (found?.split(",").some((each) => each.trim() === code)) return true;
      here = Object.hasOwn(here, step) ? here[step] : undefined;
    } else here = Array.isArray(here) ? here[Number(step)] : undefined;
  }
  return false;
}
