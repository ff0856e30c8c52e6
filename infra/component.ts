import { relative, resolve } from "node:path";
import { findProjectFolder, programFolders } from "../src/config/project-folder.ts";
import type { Settings } from "../src/config/settings.ts";
import { transportOf } from "../src/config/worker-settings.ts";
import { latestMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { InDoubtPolicy, PushMode, QueueMetrics } from "../src/types.ts";
import { deployManifests, loadContext } from "./deploy-manifests.ts";
import { Deployments } from "./deployments.ts";
import { loadManifestsOrThrow, loadSettingsOrThrow, resolveAccount } from "./load-checked-manifests.ts";
import { type ManifestResources, registerManifest } from "./manifest-resources.ts";
import { type MessageArgs, toInlineMessages } from "./message-args.ts";
import type { ManifestOutputs } from "./outputs.ts";
import { toGivenTarget } from "./producer-worker.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { withoutStackTraces } from "./pulumi-internals/without-stack-traces.ts";
import type { QueueTarget } from "./segment-resource.ts";

/** Arguments for manifests in the repository. */
export interface ManifestFileArgs {
  /** A manifest file or a folder of them, relative to the project's folder (the one with Pulumi.yaml). */
  readonly path: string;
  /** The queue of all these manifests, which must then use the same queue name. */
  readonly queueId?: pulumi.Input<string> | undefined;
  /** The queue ids by the names that the manifests use, instead of `queueId`. */
  readonly queues?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Default: the stack's `queue-seeder:accountId`, or CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
}

/** Arguments for messages that the program creates, for example from outputs of other resources. */
export interface MessageValuesArgs {
  readonly messages: pulumi.Input<readonly MessageArgs[]>;
  readonly queueId: pulumi.Input<string>;
  /** Default: the stack's `queue-seeder:accountId`, or CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId?: pulumi.Input<string> | undefined;
  /** Name of the queue for display. Default: the component's name. */
  readonly queue?: string | undefined;
  /** Default: "once". */
  readonly push?: PushMode | undefined;
  /** What to do with messages whose request got no response. Default: the stack's `queue-seeder:inDoubt`, or "resend". */
  readonly inDoubt?: InDoubtPolicy | undefined;
  /** Whether the bodies are Pulumi secrets, which the state stores encrypted. Default: true. */
  readonly secrets?: boolean | undefined;
}

export type MessageManifestArgs = ManifestFileArgs | MessageValuesArgs;

const componentType = "queue-seeder:index:MessageManifest";

type ByName = ReadonlyMap<string, ManifestResources>;

/**
 * Messages that `pulumi up` pushes, by default each once per stack: those of manifests in the repository, or those that the
 * program creates. Resources that depend on the component wait until the messages are pushed.
 */
export class MessageManifest extends pulumi.ComponentResource<ByName> {
  /** Results by manifest name; the messages of the program have the component's name. */
  readonly manifests: pulumi.Output<Readonly<Record<string, ManifestOutputs>>>;
  /** Number of messages that are known to have been pushed. */
  readonly pushed: pulumi.Output<number>;
  /** Latest metrics of the queue from the API, best effort; undefined if there are none. */
  readonly metrics: pulumi.Output<QueueMetrics | undefined>;
  readonly #args: MessageManifestArgs;
  readonly #formerNames: readonly string[];

  constructor(name: string, args: MessageManifestArgs, opts?: pulumi.ComponentResourceOptions) {
    // The arguments stay here: as inputs of the component, Pulumi would store them in its state.
    super(componentType, name, {}, opts);
    this.#args = args;
    this.#formerNames = namesOf(opts?.aliases ?? []);
    const outputs = (resources: ByName) =>
      pulumi.all(Object.fromEntries([...resources].map(([manifest, { outputs }]) => [manifest, outputs])));
    this.manifests = pulumi.output(this.getData().then(outputs));
    this.pushed = this.manifests.apply((all) => Object.values(all).reduce((sum, { pushed }) => sum + pushed, 0));
    const metrics = (resources: ByName) => pulumi.all([...resources.values()].map(({ metrics }) => metrics));
    this.metrics = pulumi
      .output(this.getData().then(metrics))
      .apply((all) => latestMetrics(all.flatMap((each) => each ?? []))?.metrics);
  }

  /** Called by the SDK's constructor. The SDK awaits it before any resource that depends on the component. */
  protected override async initialize(_args: pulumi.Inputs, _opts: unknown, name?: string): Promise<ByName> {
    // The SDK does not wait for file reads before it ends the program, so keep the program alive.
    const done = pulumi.runtime.rpcKeepAlive();
    try {
      // Wait until the constructor has finished.
      await undefined;
      const within = { parent: this, name: name ?? "", formerNames: this.#formerNames };
      const args = this.#args;
      return "path" in args ? await deployFiles(args, within) : withoutStackTraces(() => deployValues(args, within));
    } catch (error) {
      // By then the program has finished and its exports are awaited, so the error is reported once, and Node does not warn of an
      // unhandled rejection.
      await new Promise<void>((resolve) => {
        this.urn.apply(() => resolve());
      });
      throw error;
    } finally {
      done();
    }
  }
}

interface ComponentScope {
  readonly parent: MessageManifest;
  readonly name: string;
  readonly formerNames: readonly string[];
}

/** Returns the former names in a component's aliases. Aliases without a known name are skipped; Pulumi resolves those itself. */
function namesOf(aliases: NonNullable<pulumi.ComponentResourceOptions["aliases"]>): readonly string[] {
  if (!Array.isArray(aliases)) return [];
  return aliases.flatMap((alias: unknown) => {
    if (typeof alias === "string") return [alias.slice(alias.lastIndexOf("::") + 2)];
    const name: unknown = typeof alias === "object" && alias !== null && "name" in alias ? alias.name : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

async function deployFiles(args: ManifestFileArgs, within: ComponentScope): Promise<ByName> {
  const root = projectFolder();
  const settings = loadSettingsOrThrow(root);
  const { queueId, queues, accountId = resolveAccount(settings) } = args;
  if ((queueId === undefined) === (queues === undefined)) {
    throw componentError(
      within.name,
      "it needs either queueId or queues",
      "Give the id of the queue, or ids by queue names",
    );
  }
  const file = relative(root, resolve(root, args.path)).replaceAll("\\", "/");
  const known = queues === undefined ? undefined : Object.keys(queues);
  const loaded = await loadManifestsOrThrow(settings, root, { files: [file], queues: known });
  const names = [...new Set(loaded.manifests.map(({ queue }) => queue))];
  if (queueId !== undefined && names.length > 1) {
    const what = `the manifests of ${file} go to several queues (${names.join(", ")}), and queueId is one`;
    throw componentError(within.name, what, `Give queues: { ${names.join(": …, ")}: … } instead`);
  }
  const targetOf = ({ queue }: { readonly queue: string }) => {
    const id = queueId ?? queues?.[queue];
    return id === undefined ? undefined : { accountId, queueId: id, ...workerOf(within.name, queue, settings) };
  };
  return withoutStackTraces(() => deployManifests(root, loaded, targetOf, within));
}

function deployValues(args: MessageValuesArgs, { parent, name, formerNames }: ComponentScope): ByName {
  const folder = projectFolder();
  const settings = loadSettingsOrThrow(folder);
  const { queueId, accountId = resolveAccount(settings), push = "once", inDoubt = settings.inDoubt } = args;
  const common = loadContext(folder);
  const list = { root: common.root, folder, manifests: { [name]: formerNames } };
  const aliases = formerNames.map((former) => ({ name: `${former}/deployments` }));
  const deployments = new Deployments(`${name}/deployments`, list, { parent, aliases });
  const segment = {
    ...common,
    manifest: name,
    file: "",
    queue: args.queue ?? name,
    mode: push,
    inDoubtPolicy: inDoubt,
    segment: 0,
    // The provider counts the messages, since the number may not be known here yet.
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
      ...workerOf(name, args.queue ?? name, settings),
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
function workerOf(component: string, queue: string, settings: Settings): Pick<QueueTarget, "worker"> {
  const setting = settings.queues.get(queue);
  if (transportOf(setting, settings) === "rest") return {};
  if (settings.givenWorker !== undefined) return { worker: toGivenTarget(settings.givenWorker, setting?.name) };
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
