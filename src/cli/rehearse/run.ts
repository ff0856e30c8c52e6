import { resolve } from "node:path";
import { EngineNotFoundError, type Pulumi } from "../../engine/pulumi.ts";
import { didYouMean } from "../../manifest/index.ts";
import { type QueueSetup, rehearse } from "../../rehearse/rehearse.ts";
import { isAsExpected } from "../../rehearse/summary.ts";
import type { Rehearsal, RehearsedMessage } from "../../rehearse/types.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import {
  createPulumiFinder,
  loadStackSnapshot,
  resolveStackName,
  type StackSnapshot,
} from "../shared/deployment/stack-snapshot.ts";
import { listenForSignals } from "../shared/end-signals.ts";
import { signalExitCodes } from "../shared/exit-codes.ts";
import { checkOutput } from "../shared/output.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import { toRepositoryPath } from "../shared/repository-path.ts";
import type { RehearseFlags } from "./flags.ts";
import { appendRehearsal, createProgress, writeRehearsal } from "./output.ts";
import { type PendingManifest, pendingManifests } from "./pending.ts";
import { readSecrets, redactData } from "./secrets.ts";
import { planWorker, planWranglerDev, type WorkerPlan } from "./workers.ts";

/**
 * Delivers the messages that would be pushed to their consumers and writes a report of the outcomes.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError, and Error if a consumer does not start
 */
export async function runRehearse(
  root: string,
  paths: readonly string[],
  flags: RehearseFlags,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (flags.worker.length + flags.wranglerDev.length === 0) {
    throw new UsageError("no consumer is named. Name one with --worker QUEUE=FILE, or with --wrangler-dev QUEUE.");
  }
  const files = paths.map((path) => toRepositoryPath(root, path));
  if (flags.append !== undefined) checkOutput(resolve(root, flags.append));
  const consumers = [
    ...flags.worker.map((line) => planWorker(root, line, flags)),
    ...flags.wranglerDev.map(planWranglerDev),
  ];
  assertOneConsumerEach(consumers.map(({ queue }) => queue));
  const secrets = readSecrets(root, flags.secrets);
  return withDisposable(listenForSignals(), (signals) =>
    rehearseUntil(signals, { root, flags, env, files, consumers, secrets }),
  );
}

/** The inputs of a rehearsal, which are prepared before it starts. */
interface Preparation {
  readonly root: string;
  readonly flags: RehearseFlags;
  readonly env: NodeJS.ProcessEnv;
  /** Paths of the manifests, relative to the project. */
  readonly files: readonly string[];
  readonly consumers: readonly (WorkerPlan | ReturnType<typeof planWranglerDev>)[];
  readonly secrets: ReturnType<typeof readSecrets>;
}

/** Rehearses until everything has an outcome, or until a signal. @returns the exit code */
async function rehearseUntil(
  signals: ReturnType<typeof listenForSignals>,
  { root, flags, env, files, consumers, secrets }: Preparation,
): Promise<number> {
  const facts = await loadStackFacts(root, flags, env);
  if (!printProblems(facts, flags.format)) return 1;
  assertKnown(consumers, facts);
  const options = { all: flags.all === true, paths: files, sample: flags.sample, seed: flags.seed, secrets };
  const manifests = (await pendingManifests(facts, options, env)).filter(({ pending }) => pending > 0);
  const queues = consumers.map((consumer) => queueSetup(consumer, manifests)).filter(({ drawn }) => drawn > 0);
  const known = new Set(consumers.map(({ queue }) => queue));
  const progress = createProgress(process.stderr, queues);
  const rehearsal = await rehearse({
    queues,
    withoutConsumer: countUnknown(manifests, known),
    interrupted: signals.stop,
    timedOut: AbortSignal.timeout(flags.timeout * 1000),
    onProgress: progress.onProgress,
  }).finally(progress.end);
  const hidden = [...secrets.values(), ...consumers.flatMap((consumer) => consumer.secrets)];
  const shown = redactData(rehearsal, hidden);
  writeRehearsal(root, shown, flags, env);
  if (flags.append !== undefined) appendRehearsal(resolve(root, flags.append), shown);
  if (signals.received !== undefined) return signalExitCodes[signals.received];
  return isAsExpected(rehearsal) ? 0 : 1;
}

/** Loads the stack's snapshot. With --all it needs neither Pulumi's state nor its preview, so Pulumi is not run for them. */
async function loadStackFacts(root: string, flags: RehearseFlags, env: NodeJS.ProcessEnv): Promise<StackSnapshot> {
  const find = createPulumiFinder(root, env);
  const stack = await resolveStackName(flags.stack, find);
  if (!flags.all) return loadStackSnapshot(root, stack, find, { preview: flags.preview });
  const unasked = (): Promise<Pulumi> => Promise.reject(new EngineNotFoundError("--all does not need the state"));
  return loadStackSnapshot(root, stack, unasked);
}

function queueSetup(
  consumer: WorkerPlan | ReturnType<typeof planWranglerDev>,
  manifests: readonly PendingManifest[],
): QueueSetup & { readonly drawn: number } {
  const own = manifests.filter(({ queue }) => queue === consumer.queue);
  const drawn = own.reduce((sum, each) => sum + each.drawn, 0);
  const pending = own.reduce((sum, each) => sum + each.pending, 0);
  const sampled = drawn < pending ? [`a sample: ${drawn} of ${pending} messages`] : [];
  const notes = [...consumer.notes, ...sampled, ...own.flatMap((each) => each.notes)];
  return { ...consumer, notes, drawn, messages: allOf(own) };
}

async function* allOf(manifests: readonly PendingManifest[]): AsyncGenerator<readonly RehearsedMessage[]> {
  for (const manifest of manifests) yield* manifest.read();
}

function countUnknown(manifests: readonly PendingManifest[], known: ReadonlySet<string>): Rehearsal["withoutConsumer"] {
  const counts = new Map<string, number>();
  for (const { queue, pending } of manifests) {
    if (!known.has(queue)) counts.set(queue, (counts.get(queue) ?? 0) + pending);
  }
  return [...counts].map(([queue, messages]) => ({ queue, messages }));
}

function assertOneConsumerEach(queues: readonly string[]): void {
  const twice = queues.find((queue, at) => queues.indexOf(queue) !== at);
  if (twice !== undefined)
    throw new UsageError(
      `the queue ${twice} has two consumers here, but a queue can only have one. Remove one of the flags.`,
    );
}

/** Rejects unknown queues: a misspelt queue has no messages and would look like a successful rehearsal. @throws UsageError */
function assertKnown(consumers: readonly { readonly queue: string }[], { loaded, settings }: StackSnapshot): void {
  const manifests = [...loaded.manifests, ...loaded.skipped];
  const known = new Set([...settings.queues.keys(), ...manifests.map(({ queue }) => queue)]);
  const unknown = consumers.find(({ queue }) => !known.has(queue))?.queue;
  if (unknown === undefined) return;
  throw new UsageError(
    `neither a manifest nor the stack has the queue ${unknown}. Known queues: ${[...known].join(", ")}.${didYouMean(unknown, [...known])}`,
  );
}
