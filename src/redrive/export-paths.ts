import type { RowKind } from "./row.ts";

/** Paths of an export's files, absolute or relative like its name. */
export interface ExportPaths {
  readonly manifest: string;
  readonly progress: string;
  readonly data: Readonly<Record<RowKind, string>>;
}

/** Returns the paths of an export's files. @param name path without an extension, such as `messages/redrive/2026-11-27` */
export function exportPaths(name: string): ExportPaths {
  return {
    manifest: `${name}.yaml`,
    progress: `${name}.progress`,
    data: { json: `${name}.ndjson`, text: `${name}.text.ndjson`, unpushable: `${name}.unpushable.ndjson` },
  };
}
