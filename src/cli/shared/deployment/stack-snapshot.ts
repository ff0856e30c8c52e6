import type { Settings } from "../../../config/settings.ts";
import {
  readStackConfig,
  type StackConfig,
  shortName,
  stackOptions,
  toSettings,
} from "../../../config/stack-config.ts";
import { type PreviewReading, readPreview } from "../../../engine/preview.ts";
import { EngineNotFoundError, findPulumi, type Pulumi, tryFindPulumi } from "../../../engine/pulumi.ts";
import { readState, type StateReading } from "../../../engine/read-state.ts";
import { type LoadedSegments, loadSegments } from "../../../lifecycle/source/load-segments.ts";
import { matchesStack } from "../../../manifest/stack-patterns.ts";
import { pulumiCommand } from "../../../package-manager.ts";
import { isOwnSegment, segmentType } from "../../../urn.ts";
import { UsageError } from "../../../usage-error.ts";

/** A stack's name: as given, which may be `ORGANIZATION/PROJECT/STACK`, and its last part, which files and the program use. */
export interface StackName {
  readonly full: string;
  readonly short: string;
}

/** All data that `plan`, `up` and `status` use to decide, read once. */
export interface StackSnapshot {
  readonly root: string;
  readonly stack: StackName;
  readonly config: StackConfig;
  readonly settings: Settings;
  readonly loaded: LoadedSegments;
  readonly state: StateReading;
  /** Pulumi's preview of the next run; undefined if none was requested. */
  readonly preview: PreviewReading | undefined;
}

/** Reports whether the stack is a production stack, according to its configuration. */
export function isProductionStack({ settings, stack }: Pick<StackSnapshot, "settings" | "stack">): boolean {
  return matchesStack(settings.production, stack.short);
}

export interface SnapshotOptions {
  /** Whether to run Pulumi's preview. It takes seconds, and includes what the program itself deploys. */
  readonly preview: boolean;
}

/** Creates a function that finds Pulumi on the first call and caches the result. */
export function createPulumiFinder(root: string, env: NodeJS.ProcessEnv): () => Promise<Pulumi> {
  let found: Promise<Pulumi> | undefined;
  return () => {
    found ??= findPulumi(root, env);
    return found;
  };
}

/**
 * Returns the named stack, or else the one that is selected in Pulumi.
 *
 * @throws UsageError if no stack is named or selected
 */
export async function resolveStackName(named: string | undefined, find: () => Promise<Pulumi>): Promise<StackName> {
  const full = named ?? (await readSelectedStack(find));
  if (full === undefined) {
    const select = pulumiCommand("stack select", process.cwd(), process.env);
    throw new UsageError(`no stack is selected. Name one with --stack, or select it with \`${select}\`.`);
  }
  return { full, short: shortName(full) };
}

async function readSelectedStack(find: () => Promise<Pulumi>): Promise<string | undefined> {
  const pulumi = await tryFindPulumi(find);
  if (pulumi instanceof EngineNotFoundError) return undefined;
  const { code, stdout } = await pulumi.run(["stack", "--show-name"]);
  return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

/**
 * Reads the repository, the Pulumi state and, if requested, the preview, all concurrently. The problems include those of the
 * configuration, as in `validate`.
 *
 * @throws UsageError if the stack has no configuration; LedgerError or StateError if the state cannot be used
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
  const reading = readState(find, stack.full, { project: config.project, stack: stack.short });
  const recordedSources = async () => {
    const state = await reading;
    return state.kind === "read" ? state.state.sources : [];
  };
  const [first, state, preview] = await Promise.all([
    loadSegments({ root, ...options, recordedSources }),
    reading,
    previews ? readPreview(find, stack.full) : undefined,
  ]);
  // Components may use manifests in any folder, and queues that only the program defines.
  const components = hasComponents(state, preview);
  const unknown = first.problems.some(({ code }) => code === "QUEUE_UNKNOWN");
  const loaded = components && unknown ? await loadSegments({ root, ...ofAnyQueue, recordedSources }) : first;
  const wrong = loaded.problems.filter(({ code }) => !components || code !== "FOLDER_MISSING");
  return { root, stack, config, settings, loaded: { ...loaded, problems: [...problems, ...wrong] }, state, preview };
}

function hasComponents(state: StateReading, preview: PreviewReading | undefined): boolean {
  const deployed = state.kind === "read" && state.state.segments.some(({ origin }) => origin !== "manifest");
  const planned =
    preview?.kind === "made" && preview.resources.some(({ type, urn }) => type === segmentType && !isOwnSegment(urn));
  return deployed || planned;
}
