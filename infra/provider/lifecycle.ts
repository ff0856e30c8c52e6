import { flushCompileCache } from "node:module";
import type * as pulumi from "@pulumi/pulumi";
import * as deployments from "../../src/lifecycle/deployments-provider.ts";
import { encodedProvider } from "../../src/lifecycle/encoded-provider.ts";
import type { ProviderHost } from "../../src/lifecycle/host.ts";
import { parseRequest } from "../../src/lifecycle/protocol/request.ts";
import { createProvider } from "../../src/lifecycle/segment-provider.ts";
import { systemClock } from "../../src/push/clock.ts";
import { withPulumiErrors } from "../pulumi-internals/call-errors.ts";
import { cancelSignal } from "../pulumi-internals/cancel-signal.ts";
import { createEngineLog } from "../pulumi-internals/engine-log.ts";
import { isEngineAlive, watchParent } from "../pulumi-internals/parent-watch.ts";
import { readWholeConfig } from "../pulumi-internals/whole-config.ts";

/**
 * Binds the lifecycle to the provider's process. The stubs in the Pulumi state call these functions by name, through ./entry.mjs.
 */
let config: Readonly<Record<string, string>> = {};

export function configure(request: pulumi.dynamic.ConfigureRequest): void {
  config = readWholeConfig(request.config);
}

const engineAddress = process.argv[2] ?? "";
const parent = watchParent({ isAlive: () => isEngineAlive(engineAddress), exit: () => process.exit(1) });

let eventsRequested: boolean | undefined;

/** Ignores an unreadable request: the calls that depend on it reject it. */
function asksForEvents(): boolean {
  try {
    eventsRequested ??= parseRequest(process.env).events;
  } catch {
    eventsRequested = false;
  }
  return eventsRequested;
}

let repository: typeof import("./repository.ts") | undefined;

/** Loads what only a push needs, half of the provider's code: a run with nothing to push starts faster without it. */
async function loadRepository(): Promise<typeof import("./repository.ts")> {
  repository ??= await import("./repository.ts");
  return repository;
}

/** Makes the repository available to a call that may push. */
function withRepository<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    await loadRepository();
    return call(...args);
  };
}

function loaded(): typeof import("./repository.ts") {
  if (repository === undefined) throw new Error("the repository is only available to calls that may push");
  return repository;
}

const host: ProviderHost = {
  cwd: process.cwd(),
  env: process.env,
  config: (key) => config[key],
  setBy: (variable) => loaded().isSetByRepository(process.cwd(), variable),
  clock: systemClock,
  log: createEngineLog(engineAddress, asksForEvents),
  commit: () => loaded().readCommit(process.cwd()),
  deployer: () =>
    loaded().readDeployer({ env: process.env, configured: config["queue-seeder:by"], folder: process.cwd() }),
  variables: async (project, root, stack) => (await loadRepository()).readVariables(project, root, stack, config),
  isEngineAlive: parent.engineListens,
  cancelled: cancelSignal(),
};
const lifecycle = encodedProvider(createProvider(host), async (inputs) =>
  (await import("../../src/lifecycle/source/message-source.ts")).readKeys(inputs, host),
);

// Pulumi kills the process after the call, and Node would only write the compile cache at its exit.
host.cancelled.addEventListener("abort", () => flushCompileCache());

export const check = withPulumiErrors(lifecycle.check);
export const diff = withPulumiErrors(lifecycle.diff);
export const create = withPulumiErrors(parent.endingAfter(withRepository(lifecycle.create)));
export const update = withPulumiErrors(parent.endingAfter(withRepository(lifecycle.update)));
export const read = withPulumiErrors(withRepository(lifecycle.read));
export const remove = withPulumiErrors(lifecycle.remove);

export { configure as configureDeployments };
export const checkDeployments = withPulumiErrors((olds: unknown, news: deployments.DeploymentsArgs) =>
  deployments.checkDeployments(olds, news, host),
);
export const createDeployments = withPulumiErrors(deployments.createDeployments);
export const readDeployments = withPulumiErrors(deployments.readDeployments);
export const diffDeployments = withPulumiErrors(deployments.diffDeployments);
export const updateDeployments = withPulumiErrors((id: string, olds: unknown, news: deployments.DeploymentsInputs) =>
  deployments.updateDeployments(id, olds, news, host),
);
export const removeDeployments = withPulumiErrors((id: string, olds: unknown) =>
  deployments.removeDeployments(id, olds, host),
);
