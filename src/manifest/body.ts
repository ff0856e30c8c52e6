import type { Message } from "../types.ts";
import type { OnProblem } from "./interpolate.ts";
import type { Path } from "./locate.ts";
import { quote } from "./problem.ts";
import type { BodySchema } from "./schema/body-schema.ts";

/**
 * Checks a message's body against the schemas for it.
 *
 * @param unknown paths in the body of texts whose variables are not known here: nothing can be said of them
 */
export function checkBodySchemas(
  schemas: readonly BodySchema[],
  { id, body, secrets }: Message,
  unknown: readonly Path[],
  tell: OnProblem,
): void {
  if (schemas.length === 0) return;
  const hidden = secrets === undefined ? unknown : [...unknown, ...secrets.map(({ path }) => path)];
  for (const schema of schemas) {
    for (const { path, what, rule } of schema.check(body, hidden)) {
      const where = path.length === 0 ? "the body" : `${quote(path.join("."))} in the body`;
      const whose = id === undefined ? where : `${where} of ${quote(id)}`;
      tell("BODY_NOT_VALID", ["body", ...path], "", `${whose} ${what}`, `Change the body, or the schema. ${rule}`);
    }
  }
}
