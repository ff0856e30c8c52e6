import { resolve } from "node:path";
import { formatProblem, loadManifests } from "../manifest/index.ts";
import { manifestDigest, messageDigest } from "../plan/index.ts";
import type { Message } from "../types.ts";
import { Refusal } from "./failure.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs } from "./segment.ts";

/**
 * Reads a segment's messages from the repository at the moment of the push.
 *
 * @throws Refusal when they are no longer what was planned
 */
export async function readMessages(inputs: SegmentInputs, ports: Pick<Ports, "cwd">): Promise<readonly Message[]> {
  const { manifests, problems } = await loadManifests({
    root: resolve(ports.cwd, inputs.root),
    files: [inputs.file],
    stack: inputs.stack,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Refusal("MANIFEST_INVALID", errors.map(formatProblem).join("\n"));
  const messages = manifests.find(({ name }) => name === inputs.manifest)?.messages ?? [];
  const digest = manifestDigest(messages.map((message) => ({ ...message, digest: messageDigest(message) })));
  if (digest === inputs.digest) return messages;
  throw new Refusal(
    "MANIFEST_CHANGED",
    `${inputs.file} is not what was planned (planned ${inputs.digest}, found ${digest}). Run it again; nothing was pushed.`,
  );
}
