import { relative } from "node:path";
import { allMessages, formatProblem, loadManifests, type Problem, type Variables } from "../src/manifest/index.ts";
import { bodyBytes, keyed, manifestDigest, packKeys } from "../src/plan/index.ts";
import type { Manifest, Message, Metrics } from "../src/types.ts";
import { checkOptions } from "./load-options.ts";
import { type ManifestOutputs, ManifestResource, type SegmentArgs } from "./manifest.ts";
import * as pulumi from "./pulumi.ts";
import { provisionQueues, type Target } from "./queues.ts";
import { readSettings, SettingsError } from "./settings.ts";
import { variablesFrom } from "./variables.ts";

/** The stack's outputs. */
export interface Outputs {
  /** By the manifests' names. */
  readonly manifests: Record<string, pulumi.Output<ManifestOutputs>>;
  /** By the names that manifests use. Metrics are the API's last ones, best effort. */
  readonly queues: Record<string, pulumi.Output<QueueOutputs>>;
}

export interface QueueOutputs {
  readonly id: string;
  readonly metrics: Metrics | null;
  readonly metricsAt: string | null;
}

/**
 * The whole program: configuration -> manifests -> queues -> resources -> outputs. Everything is read and checked before
 * the first resource is registered, since with `--skip-preview` the engine changes things as they are registered.
 *
 * @param root absolute path of the repository
 * @throws pulumi.RunError with every problem found; the engine shows its message without a stack
 */
export async function program(root: string): Promise<Outputs> {
  const settings = orRunError(() => readSettings(new pulumi.Config("queue-seeder"), process.env));
  const loaded = await loadManifests({
    root,
    ...checkOptions(root, pulumi.getStack(), settings),
    variables: programVariables(root),
  });
  for (const warning of loaded.problems.filter(({ severity }) => severity === "warning")) {
    await pulumi.log.warn(formatProblem(warning));
  }
  refuse(loaded.problems.filter(({ severity }) => severity === "error"));
  if (settings.accountId === undefined) {
    throw new pulumi.RunError(
      "ACCOUNT_MISSING: no Cloudflare account is configured. " +
        "Run `pulumi config set queue-seeder:accountId …`, or set CLOUDFLARE_ACCOUNT_ID.",
    );
  }

  const targets = await provisionQueues(settings, settings.accountId);
  const manifests = new Map<string, ManifestResource>();
  for (const manifest of loaded.manifests) {
    const target = targets.get(manifest.queue);
    if (target === undefined) continue;
    const messages = await allMessages(manifest.content);
    manifests.set(manifest.name, new ManifestResource(segmentArgs(root, manifest, messages, target)));
  }
  return {
    manifests: Object.fromEntries([...manifests].map(([name, { outputs }]) => [name, outputs])),
    queues: Object.fromEntries([...targets].map(([name, target]) => [name, queueOutputs(name, target, manifests)])),
  };
}

function programVariables(root: string): Variables {
  // Public at run time, but missing from the SDK's types.
  const isSecret: (key: string) => boolean = Reflect.get(pulumi.runtime, "isConfigSecret");
  const config = pulumi.runtime.allConfig();
  return variablesFrom({ project: pulumi.getProject(), root, config, isSecret, env: process.env });
}

function segmentArgs(root: string, manifest: Manifest, messages: readonly Message[], target: Target): SegmentArgs {
  const keys = keyed(messages);
  return {
    accountId: target.accountId,
    queueId: target.queueId,
    stack: pulumi.getStack(),
    project: pulumi.getProject(),
    // The provider runs in the folder of the program, as the program itself does.
    root: relative(process.cwd(), root).replaceAll("\\", "/") || ".",
    manifest: manifest.name,
    file: manifest.place.file,
    queue: manifest.queue,
    mode: manifest.push,
    inDoubtPolicy: manifest.inDoubt,
    appendOnly: manifest.content.kind === "file",
    digest: manifestDigest(keys),
    keys: packKeys(keys),
    messages: keys.length,
    bytes: messages.reduce((sum, message) => sum + bodyBytes(message), 0),
  };
}

/** A queue's metrics are those of the manifest that heard from the API last. */
function queueOutputs(
  name: string,
  target: Target,
  manifests: ReadonlyMap<string, ManifestResource>,
): pulumi.Output<QueueOutputs> {
  return pulumi.all([target.queueId, [...manifests.values()].map(({ outputs }) => outputs)]).apply(([id, all]) => {
    const heard = all.filter(({ queue, metricsAt }) => queue === name && metricsAt !== null);
    const last = heard.sort((a, b) => (a.metricsAt ?? "").localeCompare(b.metricsAt ?? "")).at(-1);
    return { id, metrics: last?.metrics ?? null, metricsAt: last?.metricsAt ?? null };
  });
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(`nothing was pushed.\n${problems.map(formatProblem).join("\n")}`);
}

function orRunError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
