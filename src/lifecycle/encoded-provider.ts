import type { JsonObject } from "../json-object.ts";
import type { CheckedInputs, SegmentProvider } from "./segment-provider.ts";
import { decodeSegment, type EncodedSegment, encodeSegment } from "./state/encoded-segment.ts";
import type { SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** Inputs from the program. `run` has what only the run itself needs, which never enters the state. */
export interface EncodedArgs extends EncodedSegment {
  readonly run: Required<Pick<CheckedInputs, "preview" | "folder">> &
    Pick<CheckedInputs, "recordedRun"> & {
      /** The keys of the segment's messages; absent for rows of a data file, and for messages that the program passes. */
      readonly keys?: string;
    };
}

/**
 * Lets a provider read and write the encoded properties of the Pulumi state. The provider decodes outputs itself when it checks
 * them, and the outputs of a partial push are encoded where Pulumi receives them.
 *
 * The ledger in the outputs has the keys of a manifest's messages, so the inputs in the state have only their digest. Pulumi passes
 * the inputs of `check` to the calls that follow in the same process, so the keys are held here with their digest until then.
 *
 * @param readKeys reads the keys of the messages from the repository, if `check` had none
 */
export function encodedProvider(provider: SegmentProvider, readKeys: (inputs: SegmentInputs) => Promise<string>) {
  /** The inputs that `check` accepted last, by URN. */
  const checked = new Map<string, { readonly digest: string; readonly keys: string | undefined }>();
  const findChecked = ({ resourceUrn, digest }: SegmentInputs) => {
    const found = checked.get(resourceUrn);
    return found?.digest === digest ? found : undefined;
  };
  const decode = (stored: object) => decodeSegment(stored as JsonObject) as unknown as SegmentInputs;
  const decodeNews = (news: EncodedSegment) => addKeys(decode(news));
  const addKeys = async (inputs: SegmentInputs): Promise<SegmentInputs> => {
    if (!lacksKeys(inputs)) return inputs;
    return withKeys(inputs, findChecked(inputs)?.keys ?? (await readKeys(inputs)));
  };
  return {
    async check(olds: EncodedSegment, { run: { keys, ...run }, ...news }: EncodedArgs) {
      const asked = decode(news);
      const given = keys === undefined ? asked : withKeys(asked, keys);
      const { inputs, failures } = await provider.check(decode(olds), { ...given, ...run });
      checked.set(inputs.resourceUrn, { digest: inputs.digest, keys });
      const kept = keys === undefined ? inputs : { ...inputs, content: asked.content };
      return { inputs: encodeSegment(kept), ...(failures !== undefined && { failures }) };
    },
    async diff(id: string, olds: SegmentOutputs, news: EncodedSegment) {
      const inputs = decode(news);
      // Pulumi's refresh passes the inputs in the state, without `check`: only the metrics can have changed. After an interrupted
      // run, the journal belongs to newer inputs, and a comparison with it would report edits.
      if (findChecked(inputs) === undefined) return { changes: false, replaces: [] };
      return provider.diff(id, olds, await addKeys(inputs));
    },
    async create(news: EncodedSegment) {
      const { id, outs } = await provider.create(await decodeNews(news));
      return { id, outs: encodeSegment(outs) };
    },
    async update(id: string, olds: SegmentOutputs, news: EncodedSegment) {
      const { outs } = await provider.update(id, olds, await decodeNews(news));
      return { outs: encodeSegment(outs) };
    },
    async read(id: string, stored?: SegmentOutputs) {
      const { props } = await provider.read(id, stored);
      return { id, ...(props !== undefined && { props: encodeSegment(props) }) };
    },
    remove: (id: string, stored: SegmentOutputs) => provider.remove(id, stored),
  };
}

function lacksKeys({ content }: SegmentInputs): boolean {
  return content.kind === "messages" && !("keys" in content);
}

function withKeys(inputs: SegmentInputs, keys: string): SegmentInputs {
  return { ...inputs, content: { kind: "messages", keys } };
}
