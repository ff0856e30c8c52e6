import type { Manifest } from "../types.ts";
import type { Problems } from "./collect.ts";
import type { ManifestDocument } from "./document.ts";
import { placeOf } from "./locate.ts";
import { readMessages } from "./messages.ts";
import type { Scope } from "./variables.ts";
import type { Written } from "./written.ts";

/**
 * Turns a document of the right form into a manifest; what its messages have against them goes to `problems`.
 *
 * @param broken indexes of messages that are left out, because they do not have the right form
 */
export function readManifest(
  document: ManifestDocument,
  folder: string,
  broken: ReadonlySet<number>,
  context: Pick<Scope, "stack" | "variables">,
  problems: Problems,
): Manifest {
  const written = document.value as unknown as Written;
  const scope: Scope = { ...context, env: written.env ?? [], local: {} };
  return {
    name: written.name ?? generatedName(document, folder),
    queue: written.queue,
    push: written.push ?? "once",
    inDoubt: written.in_doubt ?? "resend",
    stacks: written.stacks,
    messages: readMessages(document, written, broken, scope, problems),
    place: placeOf(document, []),
  };
}

/** The path under the folder without its ending, and `#2` for the second document of a file. */
export function generatedName({ file, number }: ManifestDocument, folder: string): string {
  const path = file.path.slice(folder.length + 1).replace(/\.[^.]+$/, "");
  return number === 1 ? path : `${path}#${number}`;
}
