import { relative, resolve } from "node:path";
import { findProjectFolder, programFolders } from "../src/config/project-folder.ts";
import type { Settings } from "../src/config/settings.ts";
import { transportOf } from "../src/config/worker-settings.ts";
import type { ManifestFileArgs, MessageValuesArgs } from "./component-args.ts";
import type { ComponentScope } from "./component-scope.ts";
import { deployManifests, loadContext } from "./deploy-manifests.ts";
import { registerDeployments } from "./deployments.ts";
import { loadManifestsOrThrow, loadSettingsOrThrow, resolveAccount } from "./load-checked-manifests.ts";
import { type ManifestResources, registerManifest } from "./manifest-resources.ts";
import { toInlineMessages } from "./message-args.ts";
import { toExistingTarget } from "./producer-worker.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { withoutStackTraces } from "./pulumi-internals/without-stack-traces.ts";
import { readRecordedSegments } from "./recorded-segments.ts";
import type { QueueTarget } from "./segment-resource.ts";

export type ManifestsByName = ReadonlyMap<string, ManifestResources>;

export async function deployFiles(args: ManifestFileArgs, scope: ComponentScope): Promise<ManifestsByName> {
  const root = projectFolder();
  const settings = loadSettingsOrThrow(root);
  const { queueId, queues, accountId = resolveAccount(settings) } = args;
  if ((queueId === undefined) === (queues === undefined)) {
    throw componentError(
      scope.name,
      "it needs either queueId or queues",
      "Give the id of the queue, or ids by queue names",
    );
  }
  const file = relative(root, resolve(root, args.path)).replaceAll("\\", "/");
  const known = queues === undefined ? undefined : Object.keys(queues);
  const loaded = await loadManifestsOrThrow(settings, root, { files: [file], queues: known });
  const names = [...new Set(loaded.manifests.map(({ queue }) => queue))];
  if (queueId !== undefined && names.length > 1) {
    const what = `the manifests of ${file} push to several queues (${names.join(", ")}), but queueId names only one`;
    throw componentError(scope.name, what, `Give queues: { ${names.join(": …, ")}: … } instead`);
  }
  const targetOf = ({ queue }: { readonly queue: string }) => {
    const id = queueId ?? queues?.[queue];
    return id === undefined ? undefined : { accountId, queueId: id, ...resolveWorker(scope.name, queue, settings) };
  };
  const recorded = await readRecordedSegments();
  return withoutStackTraces(() => deployManifests(root, loaded, recorded, targetOf, scope));
}

export function deployValues(args: MessageValuesArgs, scope: ComponentScope): ManifestsByName {
  const { parent, name, formerNames } = scope;
  const folder = projectFolder();
  const settings = loadSettingsOrThrow(folder);
  const { queueId, accountId = resolveAccount(settings), push = "once", inDoubt = settings.inDoubt } = args;
  const common = loadContext(folder);
  const deployments = registerDeployments([{ name, formerNames }], { root: common.root, folder }, scope);
  const segment = {
    ...common,
    manifest: name,
    file: "",
    queue: args.queue ?? name,
    mode: push,
    inDoubtPolicy: inDoubt,
    segment: 0,
    // The provider counts the messages, since the program may not know their number yet.
    messages: 0,
    bytes: 0,
    digest: "",
    content: { kind: "messages", keys: "" },
  } as const;
  const inlineMessages = toInlineMessages(args.messages, args.secrets ?? true);
  const resources = registerManifest(
    name,
    {
      accountId,
      queueId,
      ...resolveWorker(name, args.queue ?? name, settings),
      folder,
      segments: [segment],
      inlineMessages,
      deployment: deployments.of(name),
    },
    { parent, dependsOn: [], formerNames },
  );
  return new Map([[name, resources]]);
}

/** Returns the Worker of a queue, if its transport is `worker`. A component does not deploy one. */
function resolveWorker(component: string, queue: string, settings: Settings): Pick<QueueTarget, "worker"> {
  const setting = settings.queues.get(queue);
  if (transportOf(setting, settings) === "rest") return {};
  if (settings.existingWorker !== undefined)
    return { worker: toExistingTarget(settings.existingWorker, setting?.name) };
  const next = "Set queue-seeder:worker to the address of one that you deploy, or queue-seeder:transport to rest";
  throw componentError(component, `the transport of ${queue} is worker, and a component deploys no Worker`, next);
}

/** Returns the folder with the program's Pulumi.yaml, or else the working directory. */
function projectFolder(): string {
  return findProjectFolder(pulumi.getProject(), programFolders()) ?? process.cwd();
}

function componentError(name: string, what: string, next: string): pulumi.RunError {
  return new pulumi.RunError(`MessageManifest ${name} ARGUMENTS_INVALID: ${what}. ${next}. Nothing was pushed.`);
}
