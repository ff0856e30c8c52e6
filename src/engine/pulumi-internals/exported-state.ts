import { toObject } from "../../json-object.ts";
import { LedgerError } from "../../plan/index.ts";

/** The part of a resource in the Pulumi state that is used. */
export interface ExportedResource {
  readonly type: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resource was replaced and is waiting for deletion. */
  readonly deleted: boolean;
  /** Whether the next run recreates it. Source: pulumi, sdk/go/common/apitype/core.go, ResourceV3 */
  readonly replaced: boolean;
}

/** Parses the output of `pulumi stack export`. @throws LedgerError if it has another form */
export function parseExportedState(text: string): readonly ExportedResource[] {
  let exported: unknown;
  try {
    exported = JSON.parse(text);
  } catch {
    throw new LedgerError("`pulumi stack export` wrote no JSON");
  }
  const resources = toObject(toObject(exported).deployment).resources ?? [];
  if (!Array.isArray(resources)) throw new LedgerError("`pulumi stack export` wrote no list of resources");
  return resources.map(toObject).map(({ type, urn, inputs, outputs, delete: deleted, taint, pendingReplacement }) => ({
    type: String(type),
    urn: String(urn),
    inputs: toObject(inputs),
    outputs: toObject(outputs),
    deleted: deleted === true,
    replaced: taint === true || pendingReplacement === true,
  }));
}

/** Checks whether a value in the state is a secret. Source: pulumi, sdk/go/common/resource/sig, Key and Secret */
export function isEncrypted(value: unknown): boolean {
  return toObject(value)["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270";
}
