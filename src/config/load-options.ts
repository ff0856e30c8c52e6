import type { LoadOptions } from "../manifest/index.ts";
import type { Settings } from "./settings.ts";
import { listStackFiles } from "./stack-files.ts";

/** What manifests are checked with besides their variables. */
type CheckOptions = Required<
  Pick<LoadOptions, "stack" | "stacks" | "queues" | "production" | "bodySchemas" | "inDoubt">
>;

/** What a stack's settings mean for its manifests: the same for the program and for the command line. */
export function toCheckOptions(root: string, stack: string, settings: Settings): CheckOptions {
  const { queues, production, inDoubt, invalidQueues } = settings;
  const known = [...listStackFiles(root).keys()];
  const schemas = [...queues].flatMap(([name, { bodySchema }]) =>
    bodySchema === undefined ? [] : [[name, bodySchema] as const],
  );
  return {
    stack,
    // Where no stack has a file here, nobody knows which there are. A stack that runs is one, with a file or without.
    stacks: known.length === 0 ? [] : [...new Set([...known, stack])],
    queues: [...queues.keys(), ...invalidQueues],
    production,
    bodySchemas: Object.fromEntries(schemas),
    inDoubt,
  };
}
