import { toCheckout } from "../ci-checkout.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";
import { toGithub } from "./formats.ts";
import { toText } from "./text.ts";

/**
 * Prints the problems of the manifests.
 *
 * @param format `github` for annotations on stdout; otherwise text on stderr
 * @returns whether the manifests have no errors
 */
export function printProblems({ root, loaded }: Pick<StackSnapshot, "root" | "loaded">, format?: string): boolean {
  const sound = loaded.problems.every(({ severity }) => severity === "warning");
  if (format === "github") process.stdout.write(toGithub(toCheckout(root, loaded)));
  else if (loaded.problems.length > 0) process.stderr.write(toText(root, loaded));
  if (!sound) process.stderr.write("Correct the errors above, then run the command again.\n");
  return sound;
}
