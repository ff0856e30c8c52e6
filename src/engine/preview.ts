import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { EngineNotFoundError, type Pulumi } from "./pulumi.ts";
import { parseReason, stripColours } from "./pulumi-messages.ts";

/** What the engine says beforehand of the next run. */
export type PreviewReading =
  | { readonly kind: "made"; readonly resources: readonly PreviewedResource[] }
  /** The program could not be run to its end; the reason is a clause without a full stop. */
  | { readonly kind: "none"; readonly why: string };

/**
 * What the next run does to a resource. `replace` creates it anew and deletes the old one.
 */
export type PreviewedChange = "create" | "update" | "replace" | "delete" | "import" | "same";

export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly change: PreviewedChange;
  /** What the program asks for, checked by the provider; empty for a deletion. Secrets are `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Of the last run; undefined: there was none. Secrets are `[secret]`. */
  readonly before: Readonly<Record<string, unknown>> | undefined;
  /** The URN under which the state has it: an older one where it was renamed. */
  readonly recordedAs: string | undefined;
}

/**
 * The engine's names for what it does. A replacement comes in several steps, of which the one that creates has the inputs.
 * Source: pulumi, sdk/go/common/apitype/events.go, OpType
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
 * Has the engine run the program and compare it with the state, and change nothing. It needs what the program needs: the
 * passphrase where the configuration has secrets, and the plugins of the program's providers.
 *
 * @param stack as Pulumi's commands take it
 */
export async function readPreview(find: () => Promise<Pulumi>, stack: string): Promise<PreviewReading> {
  let pulumi: Pulumi;
  try {
    pulumi = await find();
  } catch (error) {
    if (error instanceof EngineNotFoundError) return { kind: "none", why: error.message };
    throw error;
  }
  // Without the variable the engine prints one document, which leaves out what a replacement is made of.
  const { code, stdout, stderr } = await pulumi.run(["preview", "--stack", stack, "--json", "--suppress-outputs"], {
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
  });
  const events = parseEvents(stdout);
  if (code === 0) return { kind: "made", resources: toResources(events) };
  return { kind: "none", why: findError(events) ?? parseReason(stderr || stdout) };
}

function parseEvents(stdout: string): readonly EngineEvent[] {
  return stdout.split("\n").flatMap((line) => {
    try {
      const event: unknown = JSON.parse(line);
      return typeof event === "object" && event !== null ? [event as EngineEvent] : [];
    } catch {
      // Beside its events the engine prints lines for people.
      return [];
    }
  });
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

/** The first error that the engine tells of a resource, or of the program. */
function findError(events: readonly EngineEvent[]): string | undefined {
  for (const { diagnosticEvent } of events) {
    if (diagnosticEvent?.severity !== "error") continue;
    const text = stripColours(diagnosticEvent.message).trim();
    if (text !== "") return text;
  }
  return undefined;
}
