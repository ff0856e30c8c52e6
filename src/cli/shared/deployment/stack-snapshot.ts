import type { Settings } from "../../../config/settings.ts";
import {
  readStackConfig,
  type StackConfig,
  shortName,
  stackOptions,
  toSettings,
} from "../../../config/stack-config.ts";
import { type PreviewReading, readPreview } from "../../../engine/preview.ts";
import { EngineNotFoundError, findPulumi, type Pulumi } from "../../../engine/pulumi.ts";
import { readState, type StateReading } from "../../../engine/read-state.ts";
import { ownSegmentType, parseUrn, segmentType } from "../../../engine/urn.ts";
import { type LoadedSegments, loadSegments } from "../../../lifecycle/source/load-segments.ts";
import { UsageError } from "../../../usage-error.ts";

/** A stack as it was named: Pulumi takes `ORGANIZATION/PROJECT/STACK` too, files and program know the last part alone. */
export interface StackName {
  readonly full: string;
  readonly short: string;
}

/** All that `plan`, `up` and `status` decide by, read once. */
export interface StackSnapshot {
  readonly root: string;
  readonly stack: StackName;
  readonly config: StackConfig;
  readonly settings: Settings;
  readonly loaded: LoadedSegments;
  readonly state: StateReading;
  /** What the engine says beforehand of the next run; undefined: it was not asked. */
  readonly preview: PreviewReading | undefined;
}

export interface SnapshotOptions {
  /** Whether the engine previews the run. It takes seconds, and knows what the program itself deploys. */
  readonly preview: boolean;
}

/** Finds the engine once, when somebody asks. */
export function createPulumiFinder(root: string, env: NodeJS.ProcessEnv): () => Promise<Pulumi> {
  let found: Promise<Pulumi> | undefined;
  return () => {
    found ??= findPulumi(root, env);
    return found;
  };
}

/**
 * The stack that is meant: the named one, else the one that is selected.
 *
 * @throws UsageError where there is neither
 */
export async function resolveStackName(named: string | undefined, find: () => Promise<Pulumi>): Promise<StackName> {
  const full = named ?? (await readSelectedStack(find));
  if (full === undefined) {
    throw new UsageError("no stack is selected. Name one with --stack, or select it with `pulumi stack select`.");
  }
  return { full, short: shortName(full) };
}

async function readSelectedStack(find: () => Promise<Pulumi>): Promise<string | undefined> {
  try {
    const { code, stdout } = await (await find()).run(["stack", "--show-name"]);
    return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof EngineNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Reads the repository and the engine's state, at the same time. What is wrong with the configuration is among the
 * problems, as `validate` has it.
 *
 * @throws UsageError for a stack without a configuration; LedgerError
 */
export async function loadStackSnapshot(
  root: string,
  stack: StackName,
  find: () => Promise<Pulumi>,
  { preview: previews }: SnapshotOptions = { preview: false },
): Promise<StackSnapshot> {
  const config = readStackConfig(root, stack.short);
  const { settings } = toSettings(config);
  const { options, problems } = stackOptions(root, stack.short);
  const { queues: _, ...ofAnyQueue } = options;
  const [first, state, preview] = await Promise.all([
    loadSegments({ root, ...options }),
    readState(find, stack.full, { project: config.project, stack: stack.short }),
    previews ? readPreview(find, stack.full) : undefined,
  ]);
  // Components have their manifests anywhere, and their queues from the program.
  const components = hasComponents(state, preview);
  const unknown = first.problems.some(({ code }) => code === "QUEUE_UNKNOWN");
  const loaded = components && unknown ? await loadSegments({ root, ...ofAnyQueue }) : first;
  const wrong = loaded.problems.filter(({ code }) => !components || code !== "FOLDER_MISSING");
  return { root, stack, config, settings, loaded: { ...loaded, problems: [...problems, ...wrong] }, state, preview };
}

function hasComponents(state: StateReading, preview: PreviewReading | undefined): boolean {
  const deployed = state.kind === "read" && state.state.segments.some(({ origin }) => origin !== "manifest");
  const planned =
    preview?.kind === "made" &&
    preview.resources.some(({ type, urn }) => type === segmentType && parseUrn(urn).qualifiedType !== ownSegmentType);
  return deployed || planned;
}
