import { relative } from "node:path";
import { plannedSegment } from "../src/lifecycle/inputs.ts";
import { type Loaded, loadSegments } from "../src/lifecycle/load.ts";
import { formatProblem, type Problem, type Variables } from "../src/manifest/index.ts";
import type { Manifest, Metrics } from "../src/types.ts";
import { Deployments } from "./deployments.ts";
import { checkOptions } from "./load-options.ts";
import { ManifestResource } from "./manifest.ts";
import type { ManifestOutputs } from "./outputs.ts";
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
  const loaded = await loadSegments({
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
  const manifests = deploy(root, loaded, targets);
  return {
    manifests: Object.fromEntries([...manifests].map(([name, { outputs }]) => [name, outputs])),
    queues: Object.fromEntries([...targets].map(([name, target]) => [name, queueOutputs(name, target, manifests)])),
  };
}

/** Registers the manifests, each after those that it comes after. */
function deploy(root: string, loaded: Loaded, targets: ReadonlyMap<string, Target>): Map<string, ManifestResource> {
  const resources = new Map<string, ManifestResource>();
  if (loaded.manifests.length === 0) return resources;
  const deployments = new Deployments(
    Object.fromEntries(loaded.manifests.map(({ name, movedFrom }) => [name, movedFrom])),
  );
  const surroundings = {
    stack: pulumi.getStack(),
    project: pulumi.getProject(),
    // The provider runs in the folder of the program, as the program itself does.
    root: relative(process.cwd(), root).replaceAll("\\", "/") || ".",
  };
  for (const manifest of inOrder(loaded.manifests)) {
    const target = targets.get(manifest.queue);
    if (target === undefined) continue;
    const { accountId, queueId } = target;
    const segments = loaded
      .segmentsOf(manifest)
      .map((segment) => plannedSegment(manifest, segment, { ...surroundings, accountId }));
    const deployment = deployments.ids.apply((ids) => ids[manifest.name] ?? "");
    const options = {
      dependsOn: manifest.after.flatMap((name) => resources.get(name) ?? []),
      aliases: manifest.movedFrom.map((name) => ({ name })),
    };
    const args = { manifest: manifest.name, segments, queueId, deployment };
    resources.set(manifest.name, new ManifestResource(args, options));
  }
  return resources;
}

/** The manifests so that each stands behind those that it comes after. The checks have refused cycles. */
function inOrder(manifests: Loaded["manifests"]): Loaded["manifests"] {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const ordered = new Set<Manifest>();
  const visit = (manifest: Manifest) => {
    if (ordered.has(manifest)) return;
    for (const name of manifest.after) {
      const before = byName.get(name);
      if (before !== undefined) visit(before);
    }
    ordered.add(manifest);
  };
  for (const manifest of manifests) visit(manifest);
  return [...ordered];
}

function programVariables(root: string): Variables {
  // Public at run time, but missing from the SDK's types.
  const isSecret: (key: string) => boolean = Reflect.get(pulumi.runtime, "isConfigSecret");
  const config = pulumi.runtime.allConfig();
  const project = pulumi.getProject();
  return variablesFrom({ project, root, config, isSecret, secretsInPlain: true, env: process.env });
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
