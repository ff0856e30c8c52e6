import { formatDiagnostic } from "../diagnostic.ts";
import type { Decision } from "../plan/index.ts";
import { toPrintableLines } from "../printable.ts";
import { toPlannedEvent } from "./apply/report.ts";
import { PartialPushError, SeederError, toRefusal } from "./errors.ts";
import type { ProviderHost } from "./host.ts";
import { hasJournals, journalFolder } from "./journal/journal-folder.ts";
import { assertNotEdited, assertNotShrunk } from "./ledger/assert-not-edited.ts";
import { assertSameQueue, diffSegment } from "./ledger/diff.ts";
import { isSameQueue } from "./ledger/queue-ledgers.ts";
import { resolveLedger } from "./ledger/segment-ledger.ts";
import type { QueueReader } from "./queue/queue-reader.ts";
import { appliesTo, appliesToQueue } from "./repair/selection.ts";
import { openSession } from "./session.ts";
import { type InlineMessages, parseInlineMessages, planInlineMessages } from "./source/inline-messages.ts";
import { parseOutputs } from "./state/parse-outputs.ts";
import { relativeRoot } from "./state/relative-root.ts";
import type { SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** Inputs that only the run itself needs: {@link SegmentProvider.check} removes them, so they never enter the state. */
export interface CheckedInputs extends SegmentInputs {
  readonly preview?: boolean;
  /** Absolute path of the repository, from which `root` is computed: only the provider can read its own working directory. */
  readonly folder?: string;
  /**
   * The latest run of the segment in the Pulumi state, "" if that has none; absent if the segment is not in the state, in a preview,
   * and without a producer Worker. Pulumi shows the state of a segment to every call except the one that creates its replacement.
   */
  readonly recordedRun?: string;
}

export interface CheckResult {
  readonly inputs: SegmentInputs;
  /** `property` is empty, since Pulumi would display the value of a named property. */
  readonly failures?: readonly { readonly property: ""; readonly reason: string }[];
}

/**
 * Pulumi's calls for the resource of a segment, in the form of a Pulumi dynamic provider. Each call that receives recorded outputs checks
 * their version first, because another version of queue-seeder may have written them.
 */
export interface SegmentProvider {
  check(olds: Partial<Pick<SegmentInputs, "manifest">>, news: CheckedInputs): Promise<CheckResult>;
  diff(id: string, olds: SegmentOutputs, news: SegmentInputs): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: SegmentInputs): Promise<{ id: string; outs: SegmentOutputs }>;
  update(id: string, olds: SegmentOutputs, news: SegmentInputs): Promise<{ outs: SegmentOutputs }>;
  read(id: string, props?: SegmentOutputs): Promise<{ id: string; props?: SegmentOutputs }>;
  remove(id: string, props: SegmentOutputs): Promise<void>;
}

/**
 * Creates a provider that runs the lifecycle with this host. The modules that read manifests and call the API are imported on
 * demand: a run with nothing to push only compares, and should start quickly.
 */
export function createProvider(host: ProviderHost): SegmentProvider {
  // Preview and run are separate processes, so the flag that check receives holds for the whole process.
  let previewing = false;
  const session = openSession(host);
  const logSummary = (inputs: SegmentInputs, decision: Decision) =>
    previewing ? host.log(toPlannedEvent(inputs, decision), inputs.resourceUrn) : undefined;
  const folders = new Map<string, boolean>();
  const mayHaveJournal = (inputs: SegmentInputs) => {
    const folder = journalFolder(inputs, host);
    const found = folders.get(folder) ?? hasJournals(folder);
    folders.set(folder, found);
    return found;
  };
  const findLeftJournals = async (news: SegmentInputs, olds: SegmentOutputs) => {
    const { dropSpentJournals, readRecoveredEntries } = await import("./journal/segment-journals.ts");
    return (previewing ? readRecoveredEntries : dropSpentJournals)(news, olds, host);
  };
  const readDigests = async (inputs: SegmentInputs) =>
    (await import("./source/message-source.ts")).readDigests(inputs, host);

  return reportingRefusals(host, {
    async check(olds, { preview, folder, recordedRun, ...asked }) {
      previewing = preview === true;
      if (recordedRun !== undefined) session.recordedRuns.set(asked.resourceUrn, recordedRun);
      const news = folder === undefined ? asked : { ...asked, root: relativeRoot(host.cwd, folder) };
      const given = news.inlineMessages === undefined ? undefined : parseInlineMessages(news.inlineMessages);
      if (given !== undefined && given.problems.length > 0)
        return { inputs: news, failures: toCheckFailures(news, given) };
      const inputs = given === undefined ? news : planInlineMessages(news, given);
      // On the first deployment there is nothing to compare with, and Pulumi does not call diff.
      if (olds.manifest === undefined) await logSummary(inputs, resolveLedger(inputs, undefined).decision);
      return { inputs };
    },

    async diff(id, stored, news) {
      const olds = parseOutputs(stored, id);
      const { repair } = session.request;
      if (repair !== undefined) {
        const changes = appliesTo(repair, news) && (isSameQueue(olds, news) || appliesToQueue(repair, olds, news));
        if (changes) assertSameQueue(olds, news);
        return { changes, replaces: [] };
      }
      const journals = mayHaveJournal(news) ? await findLeftJournals(news, olds) : [];
      const { changes, decision, recorded } = await diffSegment(olds, news, journals, () => readDigests(news));
      if (recorded !== undefined) assertNotShrunk(recorded, news);
      await assertNotEdited(news, decision, host);
      if (changes) await logSummary(news, decision);
      return { changes, replaces: [] };
    },

    async create(inputs) {
      const { applySegment } = await import("./apply/apply-segment.ts");
      const id = `${inputs.manifest}/${inputs.segment}`;
      return { id, outs: await applySegment(id, inputs, undefined, session) };
    },

    async update(id, stored, news) {
      const olds = parseOutputs(stored, id);
      const { applySegment } = await import("./apply/apply-segment.ts");
      return { outs: await applySegment(id, news, olds, session) };
    },

    async read(id, stored) {
      if (stored === undefined) return { id };
      const olds = parseOutputs(stored, id);
      return { id, props: await refreshMetrics(olds, (await session.connect()).queues.reader, host) };
    },

    async remove(id, stored) {
      const props = parseOutputs(stored, id);
      const { markJournalsRemoved } = await import("./journal/segment-journals.ts");
      // A journal that remains can at most put messages in doubt, and an unusable folder must not prevent the deletion of a
      // resource.
      await markJournalsRemoved(props, host).catch((error: Error) => {
        const code = error instanceof SeederError ? error.code : "JOURNAL_UNUSABLE";
        return host.log({ kind: "warned", code, message: error.message }, props.resourceUrn);
      });
      if (props.pushed > 0)
        await host.log({ kind: "removed", queue: props.queue, pushed: props.pushed }, props.resourceUrn);
    },
  });
}

/** Reports the code of each rejected call, since Pulumi passes on only the sentence. */
function reportingRefusals({ log }: Pick<ProviderHost, "log">, lifecycle: SegmentProvider): SegmentProvider {
  async function reporting<T>(resourceUrn: string | undefined, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (thrown) {
      const error = toRefusal(thrown);
      if (error instanceof SeederError || error instanceof PartialPushError) {
        await log({ kind: "refused", code: error.code, message: error.message }, resourceUrn ?? "");
      }
      throw error;
    }
  }
  return {
    check: (olds, news) => reporting(news.resourceUrn, lifecycle.check(olds, news)),
    diff: (id, olds, news) => reporting(news.resourceUrn, lifecycle.diff(id, olds, news)),
    create: (inputs) => reporting(inputs.resourceUrn, lifecycle.create(inputs)),
    update: (id, olds, news) => reporting(news.resourceUrn, lifecycle.update(id, olds, news)),
    read: (id, props) => reporting(props?.resourceUrn, lifecycle.read(id, props)),
    remove: (id, props) => reporting(props.resourceUrn, lifecycle.remove(id, props)),
  };
}

function toCheckFailures(
  { manifest }: SegmentInputs,
  { problems }: InlineMessages,
): NonNullable<CheckResult["failures"]> {
  return [
    {
      property: "",
      reason: toPrintableLines(`nothing from ${manifest} was pushed.\n${problems.map(formatDiagnostic).join("\n")}`),
    },
  ];
}

/**
 * Reads the queue's metrics and leaves the ledger unchanged: pushed messages stay recorded, even if the queue no longer exists.
 *
 * @throws SeederError if the metrics cannot be read for another reason
 */
async function refreshMetrics(
  outputs: SegmentOutputs,
  queueReader: Pick<QueueReader, "metrics">,
  host: ProviderHost,
): Promise<SegmentOutputs> {
  const answer = await queueReader.metrics(outputs);
  const { metrics: _before, metricsAt: _then, ...rest } = outputs;
  if (answer.kind === "ok") {
    return { ...rest, metrics: answer.value, metricsAt: new Date(host.clock.now()).toISOString() };
  }
  const { failure } = answer;
  if (failure.status === 404) {
    await host.log({ kind: "queue_gone", queue: outputs.queue, queueId: outputs.queueId }, outputs.resourceUrn);
    return rest;
  }
  throw new SeederError(
    "METRICS_UNREADABLE",
    `the metrics of ${outputs.queue} cannot be read: ${failure.message}. ${failure.remedy}`,
  );
}
