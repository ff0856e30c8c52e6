import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/**
 * Makes `pulumi preview --json` print one event per line. Without it, Pulumi prints a single document, which omits the inputs of
 * replacements.
 */
export const previewEnv = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } as const;

/** Parses the events, which have the form of those of the Automation API. */
export function parseEvents(stdout: string): readonly EngineEvent[] {
  return stdout.split("\n").flatMap((line) => {
    try {
      const event: unknown = JSON.parse(line);
      return typeof event === "object" && event !== null ? [event as EngineEvent] : [];
    } catch {
      // Pulumi also prints lines that are not events.
      return [];
    }
  });
}
