import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { EngineNotFoundError, type Pulumi, tryFindPulumi } from "./pulumi.ts";
import { parseReason, stripColours } from "./pulumi-internals/cli-messages.ts";
import { parseEvents, previewEnv } from "./pulumi-internals/streaming-preview.ts";

/** Result of previewing the next run. */
export type PreviewReading =
  | { readonly kind: "made"; readonly resources: readonly PreviewedResource[] }
  /** The program did not run to completion; `reason` is Pulumi's error, of one or more lines. */
  | { readonly kind: "none"; readonly reason: string };

/** What the next run does to a resource. `replace` creates it again and deletes the old one. */
export type PreviewedChange = "create" | "update" | "replace" | "delete" | "import" | "same";

export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly change: PreviewedChange;
  /** Inputs from the program, checked by the provider; empty for a deletion. Secrets are `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Outputs of the last run, undefined if there was none. Secrets are `[secret]`. */
  readonly before: Readonly<Record<string, unknown>> | undefined;
  /** The URN in the state, which differs from `urn` after a rename. */
  readonly recordedAs: string | undefined;
}

/**
 * Pulumi's names of operations. A replacement has several steps, of which the creating one has the inputs. Source: pulumi,
 * sdk/go/common/apitype/events.go, OpType
 */
const changes: Readonly<Record<string, PreviewedChange>> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  import: "import",
  "import-replacement": "replace",
};

/**
 * Runs `pulumi preview`, which runs the program and compares it with the state without changes. It needs the passphrase if the
 * configuration has secrets, and the plugins of the program's providers.
 *
 * @param find finds the Pulumi CLI; see `findPulumi`
 * @param stack name that Pulumi's commands accept
 */
export async function readPreview(find: () => Promise<Pulumi>, stack: string): Promise<PreviewReading> {
  const pulumi = await tryFindPulumi(find);
  if (pulumi instanceof EngineNotFoundError) return { kind: "none", reason: pulumi.message };
  const args = ["preview", "--stack", stack, "--json", "--suppress-outputs"];
  const { code, stdout, stderr } = await pulumi.run(args, previewEnv);
  const events = parseEvents(stdout);
  if (code === 0) return { kind: "made", resources: toResources(events) };
  return { kind: "none", reason: findError(events) ?? parseReason(stderr || stdout) };
}

function toResources(events: readonly EngineEvent[]): readonly PreviewedResource[] {
  const resources = new Map<string, PreviewedResource>();
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { op, urn, type, old, new: wanted } = resourcePreEvent.metadata;
    const change = changes[op];
    if (change === undefined) continue;
    const inputs = wanted?.inputs ?? resources.get(urn)?.inputs ?? {};
    resources.set(urn, { urn, type, change, inputs, before: old?.outputs, recordedAs: old?.urn });
  }
  return [...resources.values()];
}

/** Returns the first error that Pulumi reports for a resource or the program. */
function findError(events: readonly EngineEvent[]): string | undefined {
  for (const { diagnosticEvent } of events) {
    if (diagnosticEvent?.severity !== "error") continue;
    const text = stripColours(diagnosticEvent.message).trim();
    if (text !== "") return text;
  }
  return undefined;
}
