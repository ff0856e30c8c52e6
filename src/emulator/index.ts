import { randomUUID } from "node:crypto";
import { setImmediate as immediately } from "node:timers/promises";
import { type Admin, handleAdminRequest } from "./admin/handler.ts";
import type { ApiVariants } from "./api/call.ts";
import { type Api, errorResponse } from "./api/handler.ts";
import { RateLimiter } from "./api/rate-limit.ts";
import { messageState } from "./broker/message-state.ts";
import type { Queue } from "./broker/queue.ts";
import { stableQueueId } from "./broker/queue-id.ts";
import { adjustableClock } from "./clock.ts";
import { defaults } from "./defaults.ts";
import { ApiError } from "./errors.ts";
import { Faults } from "./faults.ts";
import { limits } from "./limits.ts";
import { openBroker } from "./open-broker.ts";
import type { Producer } from "./producer/start-producer.ts";
import { RequestPipeline } from "./request-pipeline.ts";
import { servePage } from "./serve-page.ts";
import { listen } from "./server.ts";
import type { Emulator, EmulatorOptions } from "./types.ts";

export type { QueueSetup } from "./broker/broker.ts";
export {
  type AdjustableClock,
  adjustableClock,
  type Clock,
  type ManualClock,
  manualClock,
  systemClock,
} from "./clock.ts";
export type { ConsumerOutput } from "./consumers/types.ts";
export type { WorkerOptions } from "./consumers/worker-option.ts";
export type { Fault, FaultEffect, FaultMatch, Faults, When } from "./faults.ts";
export type { Producer, ProducerOptions } from "./producer/start-producer.ts";
export type { RequestRecord } from "./request-pipeline.ts";
export type { Emulator, EmulatorOptions, Hold, MessageView } from "./types.ts";

const defaultVariants: ApiVariants = {
  pushResult: "metrics",
  pullJson: "base64",
  maxDelaySeconds: limits.delaySeconds,
  lateAck: "accepted",
  countPulls: false,
};

/** Starts a Queues API on this machine. @throws the system's error if it cannot listen */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = defaults.host, allowedHosts = [], account = defaults.account, rateLimit = true } = options;
  const adjustable = adjustableClock(options.speed);
  const clock = options.clock ?? adjustable;
  const token = options.token ?? randomUUID();
  const { broker, store } = await openBroker(clock, options);
  const api: Api = {
    broker,
    accountId: account,
    credentials: { token, readToken: options.readToken, email: options.email, key: options.key },
    rateLimiter: rateLimit === false ? undefined : new RateLimiter(clock, rateLimit === true ? {} : rateLimit),
    variants: { ...defaultVariants, ...options.variants },
    statuses: options.statuses ?? {},
  };
  const faults = new Faults();
  const closing = new AbortController();
  const traffic = new RequestPipeline(api, faults, closing.signal);
  const admin: Admin = {
    api,
    faults,
    requests: traffic.requests,
    clock: options.clock === undefined ? adjustable : undefined,
  };
  // Consumers start last; if they fail, everything that was started before is stopped.
  let stopConsumers = async (): Promise<void> => {};
  let producer: (Producer & { close(): Promise<void> }) | undefined;
  const { server, port: actualPort } = await listen({
    host,
    port,
    allowedHosts,
    closing: closing.signal,
    disconnected: () => errorResponse(api, new ApiError(10201)),
    tooLarge: () =>
      errorResponse(
        api,
        new ApiError(10205, { message: `Batch size out of bounds: at most ${limits.requestBytes} bytes` }),
      ),
    handle: async (request) => {
      if (request.url.pathname.startsWith("/client/")) return traffic.handle(request);
      if (request.url.pathname.startsWith("/_emulator/")) {
        return { kind: "answer", answer: handleAdminRequest(admin, request) };
      }
      const page = await servePage(request);
      return page === undefined ? traffic.handle(request) : { kind: "answer", answer: page };
    },
  }).catch((error: unknown) => {
    store?.close();
    throw error;
  });

  const find = (nameOrId: string): Queue => {
    const queue = broker.byName(nameOrId) ?? broker.byId(nameOrId);
    if (queue === undefined) throw new Error(`The emulator has no queue ${nameOrId}. Create it with createQueue().`);
    return queue;
  };
  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Streams end properly before their connections are closed, so that clients do not see a network error.
    await immediately();
    server.closeAllConnections();
    await closed;
    await producer?.close();
    await stopConsumers();
    store?.close();
  };
  const { workers = [], wranglerDev = [], print = () => {} } = options;
  if (workers.length + wranglerDev.length > 0) {
    // Loaded on demand, because consumers need a compiler.
    const { startConsumers } = await import("./consumers/start-consumers.ts");
    try {
      stopConsumers = await startConsumers({ broker, clock, workers, wranglerDev, print });
    } catch (error) {
      await close();
      throw error;
    }
  }
  if (options.producer !== undefined) {
    // Loaded on demand, because few runs need it.
    const { startProducer } = await import("./producer/start-producer.ts");
    try {
      producer = await startProducer({ api, traffic, host, print }, options.producer);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}/client/v4`,
    port: actualPort,
    accountId: account,
    token,
    faults,
    producer,
    requests: traffic.requests,
    queueNames: () => broker.queues().map(({ name }) => name),
    queueId: (name) => find(name).id,
    messages: (queue) => {
      const { backlog } = find(queue);
      broker.expireMessages();
      return [...backlog.all()].map((message) => ({
        body: message.contentType === "json" ? JSON.parse(message.text) : message.text,
        contentType: message.contentType,
        delaySeconds: message.delaySeconds,
        bytes: message.bytes,
        arrivedAt: message.arrivedAt,
        attempts: message.attempts,
        state: messageState(message, clock.now()),
      }));
    },
    createQueue: (setup) => {
      const { id } = broker.create({ id: stableQueueId(setup.name), ...setup });
      broker.commit();
      return id;
    },
    deleteQueue: (queue) => {
      broker.delete(find(queue));
      broker.commit();
    },
    nextRequest: (predicate = () => true) =>
      new Promise((resolve) => {
        const stop = traffic.listen((record) => {
          if (!predicate(record)) return;
          stop();
          resolve(record);
        });
      }),
    idle: () => traffic.idle(),
    hold: (match, when) => {
      const arrived = Promise.withResolvers<void>();
      const result = Promise.withResolvers<"go" | "drop">();
      const gate = () => {
        arrived.resolve();
        return result.promise;
      };
      faults.add({ match, effect: { kind: "hold", when, gate }, times: 1 });
      return {
        arrived: arrived.promise,
        release: () => result.resolve("go"),
        drop: () => result.resolve("drop"),
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
