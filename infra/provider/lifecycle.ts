import type * as pulumi from "@pulumi/pulumi";
import { headCommit } from "../../src/config/commit.ts";
import { findDeployer } from "../../src/config/deployer.ts";
import { isSetByRepository } from "../../src/config/repository-environment.ts";
import { readConfiguration } from "../../src/config/stack-configuration.ts";
import { createVariables } from "../../src/config/variables.ts";
import * as deployments from "../../src/lifecycle/deployments-provider.ts";
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

let wanted: boolean | undefined;

/** Ignores an unreadable request: the calls that depend on it reject it. */
function asksForEvents(): boolean {
  try {
    wanted ??= parseRequest(process.env).events;
  } catch {
    wanted = false;
  }
  return wanted;
}

const host: ProviderHost = {
  cwd: process.cwd(),
  env: process.env,
  config: (key) => config[key],
  setBy: (variable) => isSetByRepository(process.cwd(), variable),
  clock: systemClock,
  log: createEngineLog(engineAddress, asksForEvents),
  commit: () => headCommit(process.cwd()) ?? "",
  deployer: () => findDeployer({ env: process.env, configured: config["queue-seeder:by"], folder: process.cwd() }),
  variables: (project, root, stack) => {
    const written = readConfiguration(root, stack);
    return createVariables({ project, root, config, written, env: process.env });
  },
  isEngineAlive: parent.engineListens,
  cancelled: cancelSignal(),
};
const lifecycle = createProvider(host);

export const check = withPulumiErrors(lifecycle.check);
export const diff = withPulumiErrors(lifecycle.diff);
export const create = withPulumiErrors(parent.endingAfter(lifecycle.create));
export const update = withPulumiErrors(parent.endingAfter(lifecycle.update));
export const read = withPulumiErrors(lifecycle.read);
export const remove = withPulumiErrors(lifecycle.remove);

export const checkDeployments = withPulumiErrors((olds: unknown, news: deployments.DeploymentsArgs) =>
  deployments.checkDeployments(olds, news, host),
);
export const createDeployments = withPulumiErrors(deployments.createDeployments);
export const diffDeployments = withPulumiErrors(deployments.diffDeployments);
export const updateDeployments = withPulumiErrors(
  (id: string, olds: deployments.DeploymentsOutputs, news: deployments.DeploymentsInputs) =>
    deployments.updateDeployments(id, olds, news, host),
);
export const removeDeployments = withPulumiErrors((id: string, olds: deployments.DeploymentsOutputs) =>
  deployments.removeDeployments(id, olds, host),
);
