import { resolve } from "node:path";
import { limits } from "../../limits.ts";
import {
  fillSecrets,
  formatDiagnostic,
  formatLocation,
  formatVariable,
  loadManifests,
  SecretError,
  withDedupKey,
} from "../../manifest/index.ts";
import { countBodyBytes } from "../../plan/index.ts";
import type { Content, Message, RowMessage } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";

/**
 * Reads a segment's manifest from the repository at push time, without opening its data file.
 *
 * @returns undefined if the manifest no longer exists
 * @throws SeederError if its file has errors
 */
export async function loadContent(
  inputs: SegmentInputs,
  host: Pick<ProviderHost, "cwd" | "variables">,
): Promise<Content | undefined> {
  const root = resolve(host.cwd, inputs.root);
  const { manifests, problems } = await loadManifests({
    root,
    variables: await host.variables(inputs.project, root, inputs.stack),
    files: [inputs.file],
    stack: inputs.stack,
    readData: false,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new SeederError("MANIFEST_INVALID", errors.map(formatDiagnostic).join("\n"));
  return manifests.find(({ name }) => name === inputs.manifest)?.content;
}

/**
 * Completes a message with values that are only available at push time: the secrets of the stack, which are used for the request
 * only, and the dedup key.
 *
 * @throws SeederError if a secret has no value, or makes the body larger than the API accepts
 */
export function resolveMessage(
  message: RowMessage,
  { project }: SegmentInputs,
  host: Pick<ProviderHost, "config" | "env">,
): RowMessage {
  // Secrets and keys are only inserted into bodies that were parsed.
  if (message.body === undefined) return message;
  if (message.secrets === undefined) return withDedupKey(message);
  const keyOf = (name: string) => (name.includes(":") ? name : `${project}:${name}`);
  const values = message.secrets.flatMap((slot) => {
    const value = slot.from === "env" ? host.env[slot.name] : host.config(keyOf(slot.name));
    return value === undefined ? [] : [[formatVariable(slot), value] as const];
  });
  try {
    return assertFitsLimit(withDedupKey(fillSecrets(message, new Map(values))));
  } catch (error) {
    if (error instanceof SecretError) throw new SeederError("SECRET_MISSING", error.message);
    throw error;
  }
}

/** The program has checked the size if the secrets were available to it; otherwise this check finds the problem. */
function assertFitsLimit(message: Message): Message {
  if (countBodyBytes(message) <= limits.messageBytes) return message;
  throw new SeederError(
    "BODY_TOO_LARGE",
    `${formatLocation(message.location)} the body has more than the ${limits.messageBytes} bytes that the API accepts in a message, ` +
      "once its secrets are filled in. Split the message; it was not pushed.",
  );
}
