import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import type { SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import * as pulumi from "./pulumi.ts";

type Arguments = Parameters<resourceProto.ResourceInvokeRequest["setArgs"]>[0];

/** The SDK's own copy: a request takes no other one's values. */
const { Struct }: { readonly Struct: { fromJavaScript(value: object): Arguments } } = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("google-protobuf/google/protobuf/struct_pb.js");

/** A segment of the stack as the last run left it. */
export interface RecordedSegment {
  /** The name of its resource. */
  readonly name: string;
  readonly outputs: SegmentOutputs;
}

/** By the run's monitor: the Automation API runs inline programs one after the other, or side by side, in one process. */
const reads = new WeakMap<object, Promise<readonly RecordedSegment[]>>();

/**
 * Reads the stack's own segments from Pulumi's state. A provider is shown one resource at a time, and some decisions take all
 * segments of a manifest. Asked once in a run, however often it is called; a segment that the run has changed by then
 * would be shown changed, so it is called before the segments are registered.
 *
 * @throws pulumi.RunError STATE_UNREADABLE
 */
export function recordedSegments(): Promise<readonly RecordedSegment[]> {
  const monitor = getMonitor();
  const before = monitor && reads.get(monitor);
  if (before !== undefined) return before;
  const read = readSegments();
  if (monitor !== undefined) reads.set(monitor, read);
  return read;
}

/** Pulumi may be writing the state at the moment, and in a folder its two files are not written as one. */
const attempts = 5;
const pauseMs = 200;

async function readSegments(): Promise<readonly RecordedSegment[]> {
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return segmentsOf(await askForResources());
      } catch (error) {
        if (attempt === attempts) throw unreadable(error);
        await sleep(pauseMs);
      }
    }
  } finally {
    done();
  }
}

/**
 * Calls a function of Pulumi's own provider. The SDK's `invoke` would make resources of the references in the answer.
 *
 * Source: pulumi, pkg/resource/deploy/builtins.go
 */
function askForResources(): Promise<unknown> {
  const request = new resourceProto.ResourceInvokeRequest();
  request.setTok("pulumi:pulumi:readStackResourceOutputs");
  request.setArgs(Struct.fromJavaScript({ stackName: stackName() }));
  return new Promise((resolve, reject) => {
    const monitor = getMonitor();
    if (monitor === undefined) return reject(new Error("Pulumi does not run the program"));
    monitor.invoke(request, (error: Error | null, response: Answer) => {
      if (error) reject(error);
      else resolve(response.getReturn()?.toJavaScript().outputs);
    });
  });
}

/** The part of the answer that is looked at. */
interface Answer {
  getReturn(): { toJavaScript(): Readonly<Record<string, unknown>> } | undefined;
}

/** Pulumi Cloud takes the full name alone; a backend without organizations may take the short one alone. */
function stackName(): string {
  const organization = pulumi.getOrganization();
  return organization === "organization"
    ? pulumi.getStack()
    : `${organization}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

function segmentsOf(resources: unknown): readonly RecordedSegment[] {
  return Object.entries(asMap(resources)).flatMap(([urn, resource]) => {
    const { type, outputs } = asMap(resource);
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    // One that never came to an end has inputs alone.
    const isSegment = type === "pulumi-nodejs:dynamic:Segment" && asMap(outputs).ledger !== undefined;
    return isSegment ? [{ name, outputs: outputs as SegmentOutputs }] : [];
  });
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function unreadable(error: unknown): pulumi.RunError {
  const why = error instanceof Error ? error.message : String(error);
  return new pulumi.RunError(
    `STATE_UNREADABLE: Pulumi cannot read the state of this stack, which records how far the last delivery of a data file came: ${why}. ` +
      "Nothing was pushed. Run it again. If it fails again, `pulumi stack export` shows the reason.",
  );
}
