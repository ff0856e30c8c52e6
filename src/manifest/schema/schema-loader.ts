import { posix } from "node:path";
import type { ManifestInput } from "../manifest-input.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { locate } from "../yaml/source-location.ts";
import type { BodySchema } from "./body-schema.ts";
import type { BodySchemas } from "./body-schemas.ts";

/** The schemas for the bodies of a manifest. */
interface ManifestSchemas {
  readonly usable: readonly BodySchema[];
  /** Whether all of them can be used; the others were reported. */
  readonly complete: boolean;
}

/** Loads the schema of a manifest, and that of its queue. */
export type SchemaLoader = (document: ManifestDocument) => Promise<ManifestSchemas>;

/** Creates a loader of schemas. @param bodySchemas paths relative to the repository, by the queue's name */
export function createSchemaLoader(
  root: string,
  bodySchemas: Readonly<Record<string, string>>,
  problems: ProblemCollector,
): SchemaLoader {
  let schemas: BodySchemas | undefined;
  // Imported on first use: most repositories have no schemas.
  const open = async () => {
    schemas ??= new (await import("./body-schemas.ts")).BodySchemas(root, problems);
    return schemas;
  };
  return async (document) => {
    const { queue, body_schema: written } = document.value as unknown as ManifestInput;
    const own = written === undefined ? undefined : posix.join(posix.dirname(document.file.path), written);
    const shared = Object.hasOwn(bodySchemas, queue) ? posix.normalize(bodySchemas[queue] ?? "") : undefined;
    if (own === undefined && shared === undefined) return { usable: [], complete: true };
    const schemas = await open();
    const found: (BodySchema | undefined)[] = [];
    if (own !== undefined) {
      const next = "Write the path of a JSON Schema in the repository, relative to the manifest's folder.";
      found.push(schemas.load(own, locate(document, ["body_schema"]), next));
    }
    if (shared !== undefined && shared !== own) {
      const next = `Correct queue-seeder:queues.${queue}.body_schema in the stack's configuration: a path relative to the repository's root.`;
      found.push(schemas.load(shared, locate(document, ["queue"]), next));
    }
    const usable = found.filter((schema) => schema !== undefined);
    return { usable, complete: usable.length === found.length };
  };
}
