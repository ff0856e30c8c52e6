import type { Message } from "../../types.ts";
import { quote } from "../problem/problem.ts";
import type { BodySchema } from "../schema/body-schema.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { Path } from "../yaml/source-location.ts";

/**
 * Checks a message's body against the schemas for it.
 *
 * @param unknown paths in the body of texts with variables whose value is unknown here, which cannot be checked
 */
export function validateBody(
  schemas: readonly BodySchema[],
  { id, body, secrets }: Message,
  unknown: readonly Path[],
  onProblem: OnMessageProblem,
): void {
  if (schemas.length === 0) return;
  const hidden = secrets === undefined ? unknown : [...unknown, ...secrets.map(({ path }) => path)];
  for (const schema of schemas) {
    for (const { path, message, rule } of schema.check(body, hidden)) {
      const where = path.length === 0 ? "the body" : `${quote(path.join("."))} in the body`;
      const whose = id === undefined ? where : `${where} of ${quote(id)}`;
      onProblem(
        "BODY_NOT_VALID",
        { path: ["body", ...path] },
        `${whose} ${message}`,
        `Change the body, or the schema. ${rule}`,
      );
    }
  }
}
