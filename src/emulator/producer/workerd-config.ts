import { bindingHeaders } from "./binding-server.ts";

export interface WorkerdSetup {
  /** The names of the bound queues. */
  readonly queues: readonly string[];
  /** The port of the service behind the bindings. */
  readonly bindingPort: number;
  /** The secret that requests to that service must contain. */
  readonly secret: string;
  readonly publicKey: string;
  readonly compatibilityDate: string;
  /** The folder of the objects' storage. */
  readonly storage: string;
  /** The files of the Worker next to the configuration, the entry first. */
  readonly modules: readonly string[];
}

/**
 * Returns the runtime's configuration: the Worker with a queue binding for each queue, which leads to the emulator, and nothing
 * else that it could reach.
 *
 * The format is described by workerd.capnp of the package workerd.
 */
export function workerdConfig(setup: WorkerdSetup): string {
  const { queues, bindingPort, secret, publicKey, compatibilityDate, storage, modules } = setup;
  const services = queues.map(
    (queue, index) => `
    (name = "queue-${index}", external = (address = "127.0.0.1:${bindingPort}", http = (injectRequestHeaders = [
      (name = "${bindingHeaders.queue}", value = ${text(queue)}),
      (name = "${bindingHeaders.secret}", value = ${text(secret)}),
    ]))),`,
  );
  const bindings = queues.map(
    (queue, index) => `
    (name = ${text(`QUEUE_${queue.replaceAll("-", "_")}`)}, queue = "queue-${index}"),`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "producer", worker = .producer),
    (name = "storage", disk = (path = ${text(storage)}, writable = true)),${services.join("")}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "producer")],
);

const producer :Workerd.Worker = (
  modules = [${modules.map((name) => `(name = ${text(name)}, esModule = embed ${text(name)})`).join(", ")}],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [
    (name = "PUBLIC_KEY", text = ${text(publicKey)}),
    (name = "LEDGER", durableObjectNamespace = "Ledger"),${bindings.join("")}
  ],
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "queue-seeder-ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
