import type { LoadOptions } from "../manifest/index.ts";
import type { Settings } from "./settings.ts";
import { listStackFiles } from "./stack-files.ts";

/** Options for checking manifests, except for their variables. */
type CheckOptions = Required<
  Pick<LoadOptions, "stack" | "stacks" | "queues" | "production" | "bodySchemas" | "inDoubt">
>;

/** Derives the check options of manifests from a stack's settings, for the program and the command line alike. */
export function toCheckOptions(root: string, stack: string, settings: Settings): CheckOptions {
  const { queues, production, inDoubt, invalidQueues } = settings;
  const known = [...listStackFiles(root).keys()];
  const schemas = [...queues].flatMap(([name, { bodySchema }]) =>
    bodySchema === undefined ? [] : [[name, bodySchema] as const],
  );
  return {
    stack,
    // Without stack files, the stacks are unknown. The stack of this run exists, with or without a file.
    stacks: known.length === 0 ? [] : [...new Set([...known, stack])],
    queues: [...queues.keys(), ...invalidQueues],
    production,
    bodySchemas: Object.fromEntries(schemas),
    inDoubt,
  };
}
