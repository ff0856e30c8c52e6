import type { RowKind } from "./row.ts";

/** The files of an export, absolute or relative as its name is. */
export interface ExportPaths {
  readonly manifest: string;
  readonly progress: string;
  readonly data: Readonly<Record<RowKind, string>>;
}

/** @param name path of the export without an ending, such as `messages/redrive/2026-11-27` */
export function exportPaths(name: string): ExportPaths {
  return {
    manifest: `${name}.yaml`,
    progress: `${name}.progress`,
    data: { json: `${name}.ndjson`, text: `${name}.text.ndjson`, unpushable: `${name}.unpushable.ndjson` },
  };
}
