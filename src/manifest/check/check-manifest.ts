import type { Manifest, SourceLocation } from "../../types.ts";
import type { ManifestInput } from "../manifest-input.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { createProblem, formatLocation, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { isForStack, matchesStack } from "../stack-patterns.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { locate, locateKey } from "../yaml/source-location.ts";

/** The stacks and their configuration, for checks beyond a manifest. */
export interface LoadContext {
  readonly stack?: string | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly stacks?: readonly string[] | undefined;
  readonly production?: readonly string[] | undefined;
}

/** Checks a manifest's name against those of earlier manifests. */
export function checkName(
  document: ManifestDocument,
  manifest: Pick<Manifest, "name" | "location">,
  names: Map<string, SourceLocation>,
  problems: ProblemCollector,
): void {
  const { name, location } = manifest;
  const first = names.get(name);
  if (first !== undefined) {
    const what = `the manifest at ${formatLocation(first)} is also named ${quote(name)}`;
    problems.add(
      createProblem("DUPLICATE_NAME", locate(document, ["name"]), what, 'Give one of them another "name: …".'),
    );
    return;
  }
  names.set(name, location);
  if (document.number > 1 && name.endsWith(`#${document.number}`)) {
    const what = `without a name, this manifest is named ${quote(name)}, which changes when documents are added in front of it`;
    problems.add(createProblem("UNNAMED_DOCUMENT", location, what, 'Add "name: …", so that nothing is pushed twice.'));
  }
}

/** Refuses a stable id for messages that are meant to be delivered again. */
export function checkDedup(
  document: ManifestDocument,
  { push }: Pick<Manifest, "push">,
  problems: ProblemCollector,
): void {
  const { dedup_field } = document.value as unknown as ManifestInput;
  if (dedup_field === undefined || push === "once") return;
  const what = `with "push: ${push}" a message is delivered again with the same ${quote(dedup_field)}, and a consumer that drops duplicates would drop it`;
  const next = 'Remove "dedup_field", or write "push: once".';
  problems.add(createProblem("DEDUP_NOT_ONCE", locateKey(document, ["dedup_field"]), what, next));
}

/** Checks a manifest against the stacks and their configuration. */
export function checkStackReferences(
  document: ManifestDocument,
  manifest: Pick<Manifest, "queue" | "stacks" | "push">,
  { stack, queues, stacks: known, production = [] }: LoadContext,
  problems: ProblemCollector,
): void {
  const { queue, stacks, push } = manifest;
  const wanted = isForStack(manifest, stack);
  if (wanted && queues !== undefined && !queues.includes(queue)) {
    const all =
      queues.length === 0 ? "It defines none." : `It defines ${queues.join(", ")}.${didYouMean(queue, queues)}`;
    const next = `Add the queue to queue-seeder:queues in the stack's configuration. ${all}`;
    const what = `the queue ${quote(queue)} is not defined in the stack's configuration`;
    problems.add(createProblem("QUEUE_UNKNOWN", locate(document, ["queue"]), what, next));
  }
  if (stacks && known && known.length > 0 && !known.some((name) => matchesStack(stacks, name))) {
    const next = `The repository has ${known.join(", ")}. Correct the patterns, or allow the warning if such stacks will be created.`;
    const what = "no stack of the repository matches this manifest";
    problems.add(createProblem("STACK_NEVER", locate(document, ["stacks"]), what, next));
  }
  if (push === "every_deploy" && wanted && stack !== undefined && matchesStack(production, stack)) {
    const what = `every deployment of the production stack ${quote(stack)} pushes the whole manifest again`;
    const next = 'Write "push: once" or on_change, or keep the manifest out of production with "stacks".';
    problems.add(createProblem("PUSH_IN_PRODUCTION", locate(document, ["push"]), what, next));
  }
}
