import type * as pulumi from "@pulumi/pulumi";
import { headCommit } from "../../src/config/commit.ts";
import { findDeployer } from "../../src/config/deployer.ts";
import { isSetByRepository } from "../../src/config/repository-environment.ts";
import { readConfiguration } from "../../src/config/stack-configuration.ts";
import { createVariables } from "../../src/config/variables.ts";
import {
  checkDeployments as checkAsked,
  type DeploymentsArgs,
  type DeploymentsInputs,
  type DeploymentsOutputs,
  removeDeployments as endDeployments,
  updateDeployments as nextDeployments,
} from "../../src/lifecycle/deployments-provider.ts";
import type { ProviderHost } from "../../src/lifecycle/host.ts";
import { parseRequest } from "../../src/lifecycle/protocol/request.ts";
import { createProvider } from "../../src/lifecycle/segment-provider.ts";
import { systemClock } from "../../src/push/clock.ts";
import { cancelSignal } from "../pulumi-internals/cancel-signal.ts";
import { createEngineLog, isEngineAlive } from "../pulumi-internals/engine-log.ts";
import { watchParent } from "../pulumi-internals/parent-watch.ts";

/**
 * Binds the lifecycle to the provider's process. The stubs in the Pulumi state call these functions by name, through ./entry.mjs.
 */
let config: Readonly<Record<string, string>> = {};

export function configure({ config: given }: pulumi.dynamic.ConfigureRequest): void {
  // The whole configuration of the stack. The SDK's interface can only look up single keys, but manifests may use any.
  config = Reflect.get(given, "rawConfig") ?? {};
}

const engine = process.argv[2] ?? "";
const orphan = watchParent({ isAlive: () => isEngineAlive(engine), exit: () => process.exit(1) });

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

const ports: ProviderHost = {
  cwd: process.cwd(),
  env: process.env,
  config: (key) => config[key],
  setBy: (variable) => isSetByRepository(process.cwd(), variable),
  clock: systemClock,
  log: createEngineLog(engine, asksForEvents),
  commit: () => headCommit(process.cwd()) ?? "",
  deployer: () => findDeployer({ env: process.env, configured: config["queue-seeder:by"], folder: process.cwd() }),
  variables: (project, root, stack) => {
    const written = readConfiguration(root, stack);
    return createVariables({ project, root, config, written, env: process.env });
  },
  isEngineAlive: orphan.engineListens,
  cancelled: cancelSignal(),
};
const lifecycle = createProvider(ports);

export const { check, diff, read, remove } = lifecycle;
export const create = orphan.endingAfter(lifecycle.create);
export const update = orphan.endingAfter(lifecycle.update);

export { createDeployments, diffDeployments } from "../../src/lifecycle/deployments-provider.ts";
export const checkDeployments = (olds: unknown, news: DeploymentsArgs) => checkAsked(olds, news, ports);
export const updateDeployments = (id: string, olds: DeploymentsOutputs, news: DeploymentsInputs) =>
  nextDeployments(id, olds, news, ports);
export const removeDeployments = (id: string, olds: DeploymentsOutputs) => endDeployments(id, olds, ports);
