import { codes, type ProblemCode } from "./codes.ts";
import type { Problems } from "./collect.ts";
import { problem, quote } from "./problem.ts";
import { didYouMean } from "./suggest.ts";
import type { TextFile } from "./text.ts";

/** `# queue-seeder: allow CODE, CODE`, with a reason behind it if you like. */
const comment = /#[ \t]*queue-seeder:[ \t]*allow[ \t]+([A-Za-z_]+(?:[ \t]*,[ \t]*[A-Za-z_]+)*)/g;

const warnings = Object.keys(codes).filter((code) => codes[code as ProblemCode].severity === "warning");

/**
 * Finds the comments that silence warnings. One behind a value counts for its line; one on a line of its own counts for
 * the next line too. Errors cannot be silenced.
 */
export function readAllowances(file: TextFile, problems: Problems): void {
  for (const found of file.text.matchAll(comment)) {
    const place = file.placeAt(found.index);
    const alone = file.text.slice(found.index - place.column + 1, found.index).trim() === "";
    for (const code of (found[1] ?? "").split(",").map((each) => each.trim())) {
      if (warnings.includes(code)) {
        problems.allow(file.path, place.line, code);
        if (alone) problems.allow(file.path, place.line + 1, code);
        continue;
      }
      const isError = Object.hasOwn(codes, code);
      const what = isError ? `${code} is an error, which cannot be silenced` : `there is no warning ${quote(code)}`;
      const next = `Remove the comment, or name a warning: ${warnings.join(", ")}.${didYouMean(code, warnings)}`;
      problems.add(problem("ALLOW_UNKNOWN", place, what, next));
    }
  }
}
