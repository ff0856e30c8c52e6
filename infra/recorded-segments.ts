import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import type { SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

type Arguments = Parameters<resourceProto.ResourceInvokeRequest["setArgs"]>[0];

/** The SDK's own copy of protobuf: a request rejects values of another copy. */
const { Struct }: { readonly Struct: { fromJavaScript(value: object): Arguments } } = createRequire(
  import.meta.resolve("@pulumi/pulumi/package.json"),
)("google-protobuf/google/protobuf/struct_pb.js");

/** The recorded outputs of a segment, from the last run. */
export interface RecordedSegment {
  /** Name of the segment's resource. */
  readonly name: string;
  readonly outputs: SegmentOutputs;
}

/**
 * Cached reads by the monitor of the run: the Automation API may run several inline programs in one process, one after the other
 * or concurrently.
 */
const reads = new WeakMap<object, Promise<readonly RecordedSegment[]>>();

/**
 * Reads the stack's own segments from the Pulumi state. A provider only receives one resource at a time, but some decisions need
 * all segments of a manifest. The state is read once per run and cached. Call this before segments are registered: a segment that
 * the run has already changed is returned with its changes.
 *
 * @throws pulumi.RunError STATE_UNREADABLE
 */
export function readRecordedSegments(): Promise<readonly RecordedSegment[]> {
  const monitor = getMonitor();
  const before = monitor && reads.get(monitor);
  if (before !== undefined) return before;
  const read = readSegments();
  if (monitor !== undefined) reads.set(monitor, read);
  return read;
}

/** Retries, since Pulumi may be writing the state: a file backend does not write its two files atomically. */
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
 * Calls a function of Pulumi's built-in provider. The SDK's `invoke` would create resources from the references in the response.
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

/** The part of the response that is used. */
interface Answer {
  getReturn(): { toJavaScript(): Readonly<Record<string, unknown>> } | undefined;
}

/**
 * Returns the stack name for the backend: Pulumi Cloud only accepts the fully qualified name; a backend without organizations may
 * only accept the short one.
 */
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
    // A segment that never finished has only inputs.
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
