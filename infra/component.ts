import { lstat, readdir } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { latestMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { QueueMetrics } from "../src/types.ts";
import type { MessageManifestArgs } from "./component-args.ts";
import { deployFiles, deployValues, type ManifestsByName } from "./component-manifests.ts";
import type { ManifestOutputs } from "./outputs.ts";
import { readFormerNames } from "./pulumi-internals/former-names.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { withoutStackTraces } from "./pulumi-internals/without-stack-traces.ts";

const componentType = "queue-seeder:index:MessageManifest";

/**
 * Messages that `pulumi up` pushes, by default each once per stack: those of manifests in the repository, or those that the
 * program creates. Resources that depend on the component wait until the messages are pushed. If the arguments, the configuration or
 * a manifest is invalid, the run fails with a `pulumi.RunError` that has every problem, and the component pushes nothing.
 */
export class MessageManifest extends pulumi.ComponentResource<ManifestsByName> {
  /** Results by manifest name; for messages that the program creates, it is the component's name. */
  readonly manifests: pulumi.Output<Readonly<Record<string, ManifestOutputs>>>;
  /** Number of messages of all manifests that are known to have been pushed to this stack's queues. */
  readonly pushed: pulumi.Output<number>;
  /** Latest metrics from the API, of the queue pushed to last, best effort; undefined if there are none. */
  readonly metrics: pulumi.Output<QueueMetrics | undefined>;
  readonly #name: string;
  readonly #args: MessageManifestArgs;

  /**
   * Creates the component and registers its resources.
   *
   * @param name prefix of its resources' names; with `messages`, also the manifest's name. Each name has its own ledger: to rename the
   *   component, list its former name in `opts.aliases`, or all messages count as new
   */
  constructor(name: string, args: MessageManifestArgs, opts?: pulumi.ComponentResourceOptions) {
    // The arguments stay here: as inputs of the component, Pulumi would store them in its state.
    super(componentType, name, {}, opts);
    this.#name = name;
    this.#args = args;
    const outputs = (resources: ManifestsByName) =>
      pulumi.all(Object.fromEntries([...resources].map(([manifest, { outputs }]) => [manifest, outputs])));
    this.manifests = pulumi.output(this.getData().then(outputs));
    this.pushed = this.manifests.apply((all) => Object.values(all).reduce((sum, { pushed }) => sum + pushed, 0));
    const metrics = (resources: ManifestsByName) => pulumi.all([...resources.values()].map(({ metrics }) => metrics));
    this.metrics = pulumi
      .output(this.getData().then(metrics))
      .apply((all) => latestMetrics(all.flatMap((each) => each ?? []))?.metrics);
  }

  /** Called by the SDK's constructor. The SDK awaits it before any resource that depends on the component. */
  protected override async initialize(): Promise<ManifestsByName> {
    // The SDK does not wait for file reads before it ends the program, so keep the program alive.
    const done = pulumi.runtime.rpcKeepAlive();
    try {
      // Wait until the constructor has finished.
      await undefined;
      const within = { parent: this, name: this.#name, formerNames: await readFormerNames(this) };
      const args = this.#args;
      return "path" in args ? await deployFiles(args, within) : withoutStackTraces(() => deployValues(args, within));
    } catch (error) {
      await untilExportsAreAwaited(this.urn);
      throw error;
    } finally {
      done();
    }
  }
}

/**
 * Waits until the SDK awaits the exports of the program. If an output were rejected earlier, Node would print a warning. The SDK
 * first runs the program's module, then looks at the program's folder, and then awaits the exports. The URN is known once the module
 * has run, unless the module itself waits for something. The same calls as those of the SDK, started after that, end later.
 */
async function untilExportsAreAwaited(urn: pulumi.Output<string>): Promise<void> {
  await new Promise<void>((resolve) => {
    urn.apply(() => resolve());
  });
  await lstat(".");
  await readdir(".");
  await setImmediate();
}
