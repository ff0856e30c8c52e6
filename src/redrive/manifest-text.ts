import { posix } from "node:path";
import { stringify } from "yaml";
import { formatCount } from "../format.ts";
import { toPrintable } from "../printable.ts";
import type { ExportPaths } from "./export-paths.ts";
import type { ExportHead } from "./progress-lines.ts";
import type { RowKind } from "./row.ts";

export interface ManifestFacts {
  readonly head: ExportHead;
  /** Number of rows in each data file. */
  readonly rows: Readonly<Record<RowKind, number>>;
  /** Relative to the repository, with forward slashes. */
  readonly paths: ExportPaths;
  /** Name of the manifest: its path in the folder of manifests, without its extension. */
  readonly name: string;
  /** Path of the manifest's JSON Schema, relative to the manifest's folder. */
  readonly schema: string;
}

/**
 * Returns the manifest of an export as YAML, with one document per content type, since the rows of a data file share one.
 *
 * @returns undefined if there is nothing that a manifest can push
 */
export function manifestText(facts: ManifestFacts): string | undefined {
  const { head, rows, paths, name, schema } = facts;
  const documents = (["json", "text"] as const).flatMap((kind) => {
    if (rows[kind] === 0) return [];
    const document = {
      name: kind === "json" ? name : `${name}-text`,
      queue: head.to,
      ...(head.stack !== null && { stacks: [head.stack] }),
      ...(kind === "text" && { defaults: { content_type: "text" } }),
      source: {
        file: posix.basename(paths.data[kind]),
        ...(head.metadata && { map: { body: "${row.body}" } }),
      },
    };
    return [`# yaml-language-server: $schema=${schema}\n${stringify(document, { lineWidth: 0, compat: "yaml-1.1" })}`];
  });
  if (documents.length === 0) return undefined;
  const [first = "", ...others] = documents;
  const [schemaLine = "", ...rest] = first.split("\n");
  const origin = `# Exported from the queue ${toPrintable(head.queueName)} (${toPrintable(head.queueId)}) at ${toPrintable(head.startedAt)}.`;
  const note =
    rows.unpushable === 0
      ? []
      : [`# Not pushed: ${formatCount(rows.unpushable, "message")} in ${posix.basename(paths.data.unpushable)}.`];
  return [[schemaLine, origin, ...note, ...rest].join("\n"), ...others].join("---\n");
}
