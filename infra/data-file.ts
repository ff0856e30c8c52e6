import { encodeSourceRecord, type SourceRecord } from "../src/plan/index.ts";
import { dataFileType } from "../src/urn.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** Records the reading of a manifest's data file in the Pulumi state, so that the next run need not parse the file. */
export class DataFile extends pulumi.ComponentResource {
  /** @param pushed resolves when the messages of this reading are pushed, so that a failed run keeps the previous record */
  constructor(
    manifest: string,
    source: SourceRecord,
    pushed: pulumi.Output<unknown>,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(dataFileType, manifest, {}, opts);
    this.registerOutputs({ source: pushed.apply(() => encodeSourceRecord(source)) });
  }
}
