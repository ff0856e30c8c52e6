import { countLabels } from "../../labels.ts";
import { toPrintable } from "../../printable.ts";
import type { ManifestStatus, QueueStatus, Status } from "./model.ts";

/** A value with its labels. A label without a value is left out. */
interface Sample {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly value: number;
}

/** A metric: its name without the prefix, its description, and its samples. What is unknown has no sample. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
  /** Combines the values of samples with the same labels. Default: the sum. */
  readonly merge?: (a: number, b: number) => number;
}

/**
 * Formats the status for Prometheus. All metrics are gauges, and the text is valid in its text format 0.0.4 as well as in OpenMetrics
 * 1.0, which ends with `# EOF`.
 *
 * Sources: https://prometheus.io/docs/instrumenting/exposition_formats and https://prometheus.io/docs/practices/naming.
 *
 * @param now milliseconds since the Unix epoch
 */
export function statusMetrics(status: Status, now: number): string {
  const families = [...manifestFamilies(status), ...queueFamilies(status), statusFamily(status, now)];
  return `${families.flatMap(familyLines).join("")}# EOF\n`;
}

function manifestFamilies({ project, stack, manifests, removed, components }: Status): readonly Family[] {
  const of = (value: (manifest: ManifestStatus) => number) =>
    manifests.map((each) => ({
      labels: { project, stack, manifest: each.name, queue: each.queue, push: each.mode },
      value: value(each),
    }));
  // The push mode and the pending messages are only known of manifests in the repository.
  const recorded = (key: "pushed" | "inDoubt") =>
    [...removed, ...components].map(({ name, queue, [key]: value }) => ({
      labels: { project, stack, manifest: name, queue },
      value,
    }));
  return [
    { name: "manifest_messages", help: "Messages in the manifest.", samples: of(({ messages }) => messages) },
    {
      name: "pushed_messages",
      help: "Messages that were pushed, by the ledger of the stack.",
      samples: [...of(({ pushed }) => pushed), ...recorded("pushed")],
    },
    { name: "pending_messages", help: "Messages that the next run pushes.", samples: of(({ pending }) => pending) },
    {
      name: "in_doubt_messages",
      help: "Messages that were sent without an answer, so each may or may not be in the queue.",
      samples: [...of(({ inDoubt }) => inDoubt), ...recorded("inDoubt")],
    },
    {
      name: "possible_duplicate_messages",
      help: "Messages of the last push that may have arrived twice.",
      samples: of(({ possibleDuplicates }) => countLabels(possibleDuplicates)),
    },
    {
      name: "edited_messages",
      help: "Messages that were edited after the push, which the next run refuses.",
      samples: of(({ edited }) => edited),
    },
    {
      name: "removed_messages",
      help: "Messages that were removed from the manifest after the push.",
      samples: of(({ removed }) => removed),
    },
    {
      name: "last_push_timestamp_seconds",
      help: "When the last run that pushed messages of the manifest began, as Unix time.",
      samples: of(({ lastPush }) => (lastPush === null ? Number.NaN : Date.parse(lastPush.at) / 1_000)),
      merge: Math.max,
    },
  ];
}

function queueFamilies({ project, stack, queues }: Status): readonly Family[] {
  const of = (value: (metrics: NonNullable<QueueStatus["metrics"]>) => number) =>
    queues.flatMap(({ name, metrics }) =>
      metrics === null ? [] : [{ labels: { project, stack, queue: name }, value: value(metrics) }],
    );
  return [
    {
      name: "queue_backlog_messages",
      help: "Messages in the queue, as reported by Cloudflare.",
      samples: of(({ backlog_count }) => backlog_count),
    },
    {
      name: "queue_backlog_bytes",
      help: "Size of the messages in the queue, as reported by Cloudflare.",
      samples: of(({ backlog_bytes }) => backlog_bytes),
    },
    {
      name: "queue_oldest_message_timestamp_seconds",
      help: "When the oldest message in the queue was written, as Unix time. Absent if the queue is empty.",
      samples: of(({ oldest_message_timestamp_ms: oldest }) => (oldest === 0 ? Number.NaN : oldest / 1_000)),
      merge: Math.min,
    },
  ];
}

/** Shows that a file of metrics is not stale, and that a stack without manifests was read. */
function statusFamily({ project, stack }: Status, now: number): Family {
  return {
    name: "status_timestamp_seconds",
    help: "When this status was determined, as Unix time.",
    samples: [{ labels: { project, stack }, value: now / 1_000 }],
  };
}

function familyLines({ name, help, samples, merge = (a, b) => a + b }: Family): readonly string[] {
  const values = new Map<string, number>();
  for (const { labels, value } of samples) {
    if (!Number.isFinite(value)) continue;
    // Series must be unique: a component may be called as a removed manifest was.
    const key = formatLabels(labels);
    const before = values.get(key);
    values.set(key, before === undefined ? value : merge(before, value));
  }
  if (values.size === 0) return [];
  const metric = `queue_seeder_${name}`;
  return [
    `# HELP ${metric} ${help}\n`,
    `# TYPE ${metric} gauge\n`,
    ...[...values].map(([labels, value]) => `${metric}{${labels}} ${value}\n`),
  ];
}

function formatLabels(labels: Sample["labels"]): string {
  return Object.entries(labels)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escapeLabelValue(toPrintable(value))}"`]))
    .join(",");
}

function escapeLabelValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
