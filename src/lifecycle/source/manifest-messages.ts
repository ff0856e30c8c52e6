import { resolve } from "node:path";
import { limits } from "../../limits.ts";
import {
  fillSecrets,
  formatPlace,
  formatProblem,
  loadManifests,
  SecretError,
  stamped,
  variableOf,
} from "../../manifest/index.ts";
import { bodyBytes } from "../../plan/index.ts";
import type { Content, Message } from "../../types.ts";
import { Refusal } from "../errors.ts";
import type { Ports } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";

/**
 * Reads a segment's manifest from the repository at the moment of the push. A data file stays closed.
 *
 * @returns undefined when there is no such manifest any more
 * @throws Refusal when its file has errors
 */
export async function readContent(
  inputs: SegmentInputs,
  ports: Pick<Ports, "cwd" | "variables">,
): Promise<Content | undefined> {
  const root = resolve(ports.cwd, inputs.root);
  const { manifests, problems } = await loadManifests({
    root,
    variables: ports.variables(inputs.project, root, inputs.stack),
    files: [inputs.file],
    stack: inputs.stack,
    readData: false,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Refusal("MANIFEST_INVALID", errors.map(formatProblem).join("\n"));
  return manifests.find(({ name }) => name === inputs.manifest)?.content;
}

/**
 * Puts what only the push knows into a message: the stack's secrets, for the request and nothing else, and its stamp.
 *
 * @throws Refusal when a secret has no value, or makes the body larger than the API takes
 */
export function completeMessage(
  message: Message,
  { project }: SegmentInputs,
  ports: Pick<Ports, "config" | "env">,
): Message {
  if (message.secrets === undefined) return stamped(message);
  const keyOf = (name: string) => (name.includes(":") ? name : `${project}:${name}`);
  const values = message.secrets.flatMap((slot) => {
    const value = slot.from === "env" ? ports.env[slot.name] : ports.config(keyOf(slot.name));
    return value === undefined ? [] : [[variableOf(slot), value] as const];
  });
  try {
    return refuseLarge(stamped(fillSecrets(message, new Map(values))));
  } catch (error) {
    if (error instanceof SecretError) throw new Refusal("SECRET_MISSING", error.message);
    throw error;
  }
}

/** The program has checked it with the secrets that it saw; whoever pushes without it learns of it here. */
function refuseLarge(message: Message): Message {
  if (bodyBytes(message) <= limits.messageBytes) return message;
  throw new Refusal(
    "BODY_TOO_LARGE",
    `${formatPlace(message.place)} the body has more than the ${limits.messageBytes} bytes that the API takes in a message, ` +
      "once its secrets are in it. Split the message; nothing of it was pushed.",
  );
}
