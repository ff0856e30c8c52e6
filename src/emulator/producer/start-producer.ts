import { randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Api } from "../api/handler.ts";
import { findWorkerd } from "../consumers/optional-packages.ts";
import type { Print } from "../consumers/types.ts";
import type { RequestPipeline } from "../request-pipeline.ts";
import { startBindingServer } from "./binding-server.ts";
import { type SupervisedWorkerd, superviseWorkerd } from "./supervise-workerd.ts";
import { startWorkerProxy } from "./worker-proxy.ts";
import { type WorkerdSetup, workerdConfig } from "./workerd-config.ts";

export interface ProducerOptions {
  /** The value of the binding PUBLIC_KEY. */
  readonly publicKey: string;
  /** The port of its address. Default 0, which picks a free one. */
  readonly port?: number;
  /** The folder that keeps its ledgers between runs. Default: a temporary one. */
  readonly storage?: string;
  /** Default: that of the shipped `wrangler.jsonc`. */
  readonly compatibilityDate?: string;
  /** The path of workerd. Default: the one of the package workerd, which comes with miniflare. */
  readonly binary?: string;
  /** The files of the Worker, the entry first. Default: the shipped Worker. Tests wrap it. */
  readonly files?: readonly string[];
}

/** The producer Worker under workerd. */
export interface Producer {
  /** Its address, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Kills the runtime as `kill -9` does, and starts it again on the same storage. */
  restart(): Promise<void>;
}

const shippedWorker = fileURLToPath(new URL("../../producer/worker.js", import.meta.url));
const shippedCompatibilityDate = "2026-03-12";

/**
 * Starts the producer Worker, with a binding for each queue that the emulator has now.
 *
 * @throws Error if workerd is missing or does not start
 */
export async function startProducer(
  { api, traffic, host, print }: { api: Api; traffic: RequestPipeline; host: string; print: Print },
  options: ProducerOptions,
): Promise<Producer & { close(): Promise<void> }> {
  const binary = options.binary ?? findWorkerd("--producer");
  const folder = await mkdtemp(join(tmpdir(), "queue-seeder-producer-"));
  const servers: Server[] = [];
  let started: SupervisedWorkerd | undefined;
  const close = async () => {
    await started?.close();
    await Promise.all(servers.map(closeServer));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const secret = randomUUID();
    const binding = await startBindingServer(api, traffic, secret);
    servers.push(binding.server);
    const queues = api.broker.queues().map(({ name }) => name);
    const config = await writeConfig(folder, { queues, bindingPort: binding.port, secret }, options);
    const runtime = await superviseWorkerd(binary, config, print);
    started = runtime;
    const front = await startWorkerProxy(api, traffic, { host, port: options.port ?? 0 }, () => runtime.port);
    servers.push(front.server);
    return {
      url: `http://${host.includes(":") ? `[${host}]` : host}:${front.port}`,
      restart: () => runtime.restart(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Writes the Worker and the configuration of its runtime into a folder. @returns the path of the configuration */
async function writeConfig(
  folder: string,
  bindings: Pick<WorkerdSetup, "queues" | "bindingPort" | "secret">,
  options: ProducerOptions,
): Promise<string> {
  const storage = resolve(options.storage ?? join(folder, "storage"));
  await mkdir(storage, { recursive: true });
  const files = options.files ?? [shippedWorker];
  for (const file of files) await copyFile(file, join(folder, basename(file)));
  const text = workerdConfig({
    ...bindings,
    publicKey: options.publicKey,
    compatibilityDate: options.compatibilityDate ?? shippedCompatibilityDate,
    storage,
    modules: files.map((file) => basename(file)),
  });
  const config = join(folder, "config.capnp");
  await writeFile(config, text, { mode: 0o600 });
  return config;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
