import { type Decision, emptyLedger, unpackLedger } from "../plan/index.ts";
import type { Wire } from "./connect.ts";
import { decideSegment, diffSegment } from "./diff.ts";
import { refuseEdited } from "./edited.ts";
import type { Ports } from "./ports.ts";
import { refresh } from "./refresh.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";
import { count, summarize } from "./summary.ts";

/** What only the run itself needs of a segment: {@link Lifecycle.check} takes it off, so it never enters the state. */
export interface CheckedInputs extends SegmentInputs {
  readonly preview?: boolean;
}

/** The engine's calls on a segment's resource, in the shapes of a Pulumi dynamic provider. */
export interface Lifecycle {
  check(olds: Partial<SegmentInputs>, news: CheckedInputs): Promise<{ inputs: SegmentInputs }>;
  diff(id: string, olds: SegmentOutputs, news: SegmentInputs): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: SegmentInputs): Promise<{ id: string; outs: SegmentOutputs }>;
  update(id: string, olds: SegmentOutputs, news: SegmentInputs): Promise<{ outs: SegmentOutputs }>;
  read(id: string, props?: SegmentOutputs): Promise<{ id: string; props?: SegmentOutputs }>;
  remove(id: string, props: SegmentOutputs): Promise<void>;
}

/**
 * Binds the lifecycle to what is around it. What reads manifests and speaks to the API is imported when it is needed: a
 * run with nothing to push only compares, and should start as quickly.
 */
export function bindLifecycle(ports: Ports): Lifecycle {
  // The preview and the run are two processes, so what check learns of the one is true for its process.
  let previewing = false;
  // One for the process, made when a call needs it: a run that pushes nothing needs no credentials.
  let connected: Promise<Wire> | undefined;
  const wire = () => {
    connected ??= import("./connect.ts").then(({ connect }) => connect(ports));
    return connected;
  };
  const say = (inputs: SegmentInputs, decision: Decision) =>
    previewing ? ports.tell("info", summarize(inputs, decision), inputs.self) : undefined;

  return {
    async check(olds, { preview, ...inputs }) {
      previewing = preview === true;
      // The first time there is nothing to compare with, and the engine asks for no diff.
      if (olds.manifest === undefined) await say(inputs, decideSegment(inputs, emptyLedger));
      return { inputs };
    },

    async diff(_id, olds, news) {
      const { changes, replaces, decision, recorded } = diffSegment(olds, news);
      if (replaces.length === 0) {
        await refuseEdited(news, decision, recorded, ports);
        if (changes) await say(news, decision);
      }
      return { changes, replaces: [...replaces] };
    },

    async create(inputs) {
      const { deliver } = await import("./deliver.ts");
      const id = inputs.manifest;
      return { id, outs: await deliver(id, inputs, emptyLedger, undefined, ports, wire) };
    },

    async update(id, olds, news) {
      const { deliver } = await import("./deliver.ts");
      return { outs: await deliver(id, news, unpackLedger(olds.ledger), olds, ports, wire) };
    },

    async read(id, props) {
      return props === undefined ? { id } : { id, props: await refresh(props, (await wire()).client, ports) };
    },

    async remove(_id, props) {
      if (props.pushed === 0) return;
      await ports.tell(
        "info",
        `forgotten; ${count(props.pushed, "message")} in ${props.queue} or beyond cannot be called back`,
        props.self,
      );
    },
  };
}
