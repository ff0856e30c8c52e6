import type { JsonObject } from "../json-object.ts";
import type { CheckedInputs, SegmentProvider } from "./segment-provider.ts";
import { type PackedSegment, packSegment, unpackSegment } from "./state/packed-segment.ts";
import type { SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** Inputs from the program: what only the run itself needs is apart, so that it never enters the state. */
export interface PackedArgs extends PackedSegment {
  readonly run: Required<Pick<CheckedInputs, "preview" | "folder">> & Pick<CheckedInputs, "recordedRun">;
}

/**
 * Lets a provider read and write the packed properties of the Pulumi state. The provider unpacks outputs itself when it checks
 * them, and the outputs of a partial push are packed where Pulumi receives them.
 */
export function packedProvider(provider: SegmentProvider) {
  const unpack = (inputs: object) => unpackSegment(inputs as JsonObject) as unknown as SegmentInputs;
  return {
    async check(olds: PackedSegment, { run, ...news }: PackedArgs) {
      const { inputs, failures } = await provider.check(unpack(olds), { ...unpack(news), ...run });
      return { inputs: packSegment(inputs), ...(failures !== undefined && { failures }) };
    },
    diff: (id: string, olds: SegmentOutputs, news: PackedSegment) => provider.diff(id, olds, unpack(news)),
    async create(news: PackedSegment) {
      const { id, outs } = await provider.create(unpack(news));
      return { id, outs: packSegment(outs) };
    },
    async update(id: string, olds: SegmentOutputs, news: PackedSegment) {
      const { outs } = await provider.update(id, olds, unpack(news));
      return { outs: packSegment(outs) };
    },
    async read(id: string, stored?: SegmentOutputs) {
      const { props } = await provider.read(id, stored);
      return { id, ...(props !== undefined && { props: packSegment(props) }) };
    },
    remove: (id: string, stored: SegmentOutputs) => provider.remove(id, stored),
  };
}
