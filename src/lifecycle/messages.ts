import { resolve } from "node:path";
import { allMessages, fillSecrets, formatProblem, loadManifests, SecretError, stamped } from "../manifest/index.ts";
import { keyed, manifestDigest } from "../plan/index.ts";
import type { Message } from "../types.ts";
import { Refusal } from "./failure.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs } from "./segment.ts";

/**
 * Reads a segment's messages from the repository at the moment of the push.
 *
 * @throws Refusal when they are no longer what was planned
 */
export async function readMessages(
  inputs: SegmentInputs,
  ports: Pick<Ports, "cwd" | "variables">,
): Promise<readonly Message[]> {
  const root = resolve(ports.cwd, inputs.root);
  const { manifests, problems } = await loadManifests({
    root,
    variables: ports.variables(inputs.project, root),
    files: [inputs.file],
    stack: inputs.stack,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Refusal("MANIFEST_INVALID", errors.map(formatProblem).join("\n"));
  const manifest = manifests.find(({ name }) => name === inputs.manifest);
  const messages = manifest ? await allMessages(manifest.content) : [];
  const digest = manifestDigest(keyed(messages));
  if (digest === inputs.digest) return messages;
  throw new Refusal(
    "MANIFEST_CHANGED",
    `${inputs.file} is not what was planned (planned ${inputs.digest}, found ${digest}). Run it again; nothing was pushed.`,
  );
}

/**
 * Puts what only the push knows into a message: the stack's secrets, for the request and nothing else, and its stamp.
 *
 * @throws Refusal when a secret has no value
 */
export function completeMessage(message: Message, { project }: SegmentInputs, ports: Pick<Ports, "config">): Message {
  const keyOf = (name: string) => (name.includes(":") ? name : `${project}:${name}`);
  const values = (message.secrets ?? []).flatMap(({ name }) => {
    const value = ports.config(keyOf(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  try {
    return stamped(fillSecrets(message, new Map(values)));
  } catch (error) {
    if (error instanceof SecretError) throw new Refusal("SECRET_MISSING", error.message);
    throw error;
  }
}
