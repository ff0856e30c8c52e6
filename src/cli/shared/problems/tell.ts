import { inCheckout } from "../checkout.ts";
import type { Facts } from "../deployment/facts.ts";
import { toGithub } from "./formats.ts";
import { toText } from "./text.ts";

/**
 * Says what is wrong with the manifests.
 *
 * @param format `github`: as annotations, on stdout; else as text, on stderr
 * @returns whether they can be deployed
 */
export function tellProblems({ root, loaded }: Pick<Facts, "root" | "loaded">, format?: string): boolean {
  const sound = loaded.problems.every(({ severity }) => severity === "warning");
  if (format === "github") process.stdout.write(toGithub(inCheckout(root, loaded)));
  else if (loaded.problems.length > 0) process.stderr.write(toText(root, loaded));
  if (!sound) process.stderr.write("Nothing can be planned before the errors are gone.\n");
  return sound;
}
