import type { TextFile } from "../files/text-file.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { createProblem, quote } from "../problem/problem.ts";
import { type ProblemCode, problemCodes } from "../problem/problem-codes.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";

/** `# queue-seeder: allow CODE, CODE`, optionally followed by a reason. */
const comment = /#[ \t]*queue-seeder:[ \t]*allow[ \t]+([A-Za-z_]+(?:[ \t]*,[ \t]*[A-Za-z_]+)*)/g;

const warnings = Object.keys(problemCodes).filter((code) => problemCodes[code as ProblemCode].severity === "warning");

/**
 * Finds the comments that silence warnings. A comment after a value applies to its line; one on its own line also applies to the
 * next line. Errors cannot be silenced.
 */
export function readSuppressions(file: TextFile, problems: ProblemCollector): void {
  for (const found of file.text.matchAll(comment)) {
    const location = file.locationAt(found.index);
    const alone = file.text.slice(found.index - location.column + 1, found.index).trim() === "";
    for (const code of (found[1] ?? "").split(",").map((each) => each.trim())) {
      if (warnings.includes(code)) {
        problems.suppress(file.path, location.line, code);
        if (alone) problems.suppress(file.path, location.line + 1, code);
        continue;
      }
      const isError = Object.hasOwn(problemCodes, code);
      const what = isError ? `${code} is an error, which cannot be silenced` : `${quote(code)} is not a warning`;
      const next = `Remove the comment, or name a warning: ${warnings.join(", ")}.${didYouMean(code, warnings)}`;
      problems.add(createProblem("ALLOW_UNKNOWN", location, what, next));
    }
  }
}
