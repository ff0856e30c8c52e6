import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../src/config/settings.ts";
import { type ExistingWorker, transportOf } from "../src/config/worker-settings.ts";
import type { WorkerTarget } from "../src/lifecycle/state/segment.ts";
import { bindingName, bindings, compatibilityDate, ledgerClass } from "../src/producer/bindings.ts";
import { deriveKeyPair } from "../src/producer/signing.ts";
import type { ProvisionedQueue } from "./provision-queues.ts";
import { importGetQueue, importWorkerResources } from "./pulumi-internals/cloudflare-resources.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** The Workers through which messages are pushed, by the queue names that manifests use. Queues without one use the REST API. */
type Workers = ReadonlyMap<string, pulumi.Input<WorkerTarget>>;

/**
 * Determines the Worker of each queue whose transport is `worker`: the one whose address is configured, or one that is
 * registered here, with a binding for each of the queues.
 */
export async function provisionWorker(
  settings: Settings,
  accountId: string,
  targets: ReadonlyMap<string, ProvisionedQueue>,
): Promise<Workers> {
  const queues = [...targets].filter(([name]) => transportOf(settings.queues.get(name), settings) === "worker");
  const { existingWorker } = settings;
  if (queues.length === 0) return new Map();
  if (existingWorker !== undefined) {
    return new Map(queues.map(([name, { queueName }]) => [name, toExistingTarget(existingWorker, queueName)]));
  }
  const named = await Promise.all(
    queues.map(async ([name, target]) => [name, pulumi.output(await resolveQueueName(target))] as const),
  );
  const deployed = await deployWorker(accountId, [...new Map(named).values()]);
  return new Map(
    named.map(([name, queueName]) => {
      return [name, pulumi.all([deployed, queueName]).apply(([worker, queue]) => ({ ...worker, queue }))];
    }),
  );
}

/** Returns a Worker that was deployed by hand. @param queueName undefined if the provider has to read it from the API */
export function toExistingTarget(
  worker: ExistingWorker,
  queueName: pulumi.Input<string> | undefined,
): pulumi.Input<WorkerTarget> {
  return queueName === undefined ? worker : pulumi.output(queueName).apply((queue) => ({ ...worker, queue }));
}

async function resolveQueueName({ accountId, queueId, queueName }: ProvisionedQueue): Promise<pulumi.Input<string>> {
  if (queueName !== undefined) return queueName;
  const getQueue = await importGetQueue();
  return pulumi.output(queueId).apply(async (id) => (await getQueue({ accountId, queueId: id })).queueName);
}

/**
 * Registers the Worker and its version. A change of the key, the code or the queues makes a new version, which is deployed in the
 * same run; the ledgers stay. The name contains project and stack, so that stacks of an account have Workers of their own.
 */
async function deployWorker(
  accountId: string,
  queueNames: pulumi.Output<string>[],
): Promise<pulumi.Output<WorkerTarget>> {
  const { Worker, WorkerVersion } = await importWorkerResources();
  const name = workerName(pulumi.getProject(), pulumi.getStack());
  const worker = new Worker("producer", { accountId, name, subdomain: { enabled: true, previewsEnabled: false } });
  const code = readFileSync(join(import.meta.dirname, "../src/producer/worker.js"));
  const digest = createHash("sha256").update(code).digest("hex");
  const { publicKey } = deriveKeyPair(new pulumi.Config("queue-seeder").get("workerKey") ?? "", accountId, name);
  const queues = pulumi.all(queueNames).apply((names) => [...new Set(names)].sort());
  const inputs = {
    accountId,
    workerId: worker.id,
    mainModule: moduleName,
    modules: [
      { name: moduleName, contentType: "application/javascript+module", contentBase64: code.toString("base64") },
    ],
    compatibilityDate,
    exports: { [ledgerClass]: { type: "durable-object", storage: "sqlite" } },
    bindings: queues.apply((names) => workerBindings(names, publicKey, digest)),
    deploy: true,
  };
  // An active version cannot be deleted; it ends with its Worker.
  const version = new WorkerVersion("producer-version", inputs, { deletedWith: worker });
  // The version's id makes segments wait until it is deployed.
  return pulumi.all([worker.subdomain, queues, version.id]).apply(([subdomain, bound]) => ({
    url: workerUrl(subdomain?.url),
    name,
    code: digest,
    queues: bound,
  }));
}

const moduleName = "worker.js";

/** Returns the bindings in ascending order of their names: the Cloudflare provider reports any other order as a change. */
function workerBindings(queues: readonly string[], publicKey: string, codeDigest: string) {
  const all = [
    { name: bindings.publicKey, type: "plain_text", text: publicKey },
    { name: bindings.codeDigest, type: "plain_text", text: codeDigest },
    { name: bindings.ledger, type: "durable_object_namespace", className: ledgerClass },
    ...queues.map((queueName) => ({ name: bindingName(queueName), type: "queue", queueName })),
  ];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Maximum characters of a Worker's name, since it is a part of a host name. */
const maxNameLength = 63;

/** Returns a name of lower-case letters, digits and dashes, with a digest if it is not `queue-seeder-PROJECT-STACK`. */
export function workerName(project: string, stack: string): string {
  const written = `queue-seeder-${project}-${stack}`;
  const name = written
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/-+$/, "");
  if (name === written && name.length <= maxNameLength) return name;
  const suffix = createHash("sha256")
    .update(JSON.stringify([project, stack]))
    .digest("hex")
    .slice(0, 8);
  return `${name.slice(0, maxNameLength - suffix.length - 1).replace(/-+$/, "")}-${suffix}`;
}

/** Returns the Worker's address on workers.dev, "" if the account has no subdomain there: the provider then refuses to push. */
function workerUrl(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : "";
}
