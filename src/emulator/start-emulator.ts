import { randomUUID } from "node:crypto";
import { setImmediate as immediately } from "node:timers/promises";
import { type Admin, handleAdminRequest } from "./admin/handler.ts";
import type { ApiVariants } from "./api/call.ts";
import { type Api, errorResponse } from "./api/handler.ts";
import { RateLimiter } from "./api/rate-limit.ts";
import type { Broker } from "./broker/broker.ts";
import { adjustableClock, type Clock } from "./clock.ts";
import { createControl } from "./control.ts";
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

const defaultVariants: ApiVariants = {
  pushResult: "metrics",
  pullJson: "base64",
  maxDelaySeconds: limits.delaySeconds,
  lateAck: "accepted",
  countPulls: false,
};

/** Starts a Queues API on this machine. @throws the system's error if it cannot listen */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = defaults.host, allowedHosts = [], token = randomUUID() } = options;
  const adjustable = adjustableClock(options.speed);
  const clock = options.clock ?? adjustable;
  const { broker, store } = await openBroker(clock, options);
  const api = createApi(broker, clock, { ...options, token });
  const faults = new Faults();
  const closing = new AbortController();
  const traffic = new RequestPipeline(api, faults, closing.signal);
  const { requests } = traffic;
  const admin = { api, faults, requests, clock: options.clock === undefined ? adjustable : undefined };
  const { server, port: actualPort } = await listen({
    host,
    port,
    allowedHosts,
    closing: closing.signal,
    ...createRouter(api, admin, traffic),
  }).catch((error: unknown) => {
    store?.close();
    throw error;
  });

  let stopConsumers = async (): Promise<void> => {};
  let producer: (Producer & { close(): Promise<void> }) | undefined;
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
  try {
    // Loaded on demand: consumers need a compiler, and few runs need the producer.
    if (workers.length + wranglerDev.length > 0) {
      const { startConsumers } = await import("./consumers/start-consumers.ts");
      stopConsumers = await startConsumers({ broker, clock, workers, wranglerDev, print });
    }
    if (options.producer !== undefined) {
      const { startProducer } = await import("./producer/start-producer.ts");
      producer = await startProducer({ api, traffic, host, print }, options.producer);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}/client/v4`,
    port: actualPort,
    accountId: api.accountId,
    token,
    faults,
    producer,
    requests,
    ...createControl({ broker, clock, faults, traffic }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createApi(broker: Broker, clock: Clock, options: EmulatorOptions & { readonly token: string }): Api {
  const { account = defaults.account, rateLimit = true, token, readToken, email, key } = options;
  return {
    broker,
    accountId: account,
    credentials: { token, readToken, email, key },
    rateLimiter: rateLimit === false ? undefined : new RateLimiter(clock, rateLimit === true ? {} : rateLimit),
    variants: { ...defaultVariants, ...options.variants },
    statuses: options.statuses ?? {},
  };
}

/** Passes each request to the API, to the admin API or to the page. */
function createRouter(
  api: Api,
  admin: Admin,
  traffic: RequestPipeline,
): Pick<Parameters<typeof listen>[0], "handle" | "disconnected" | "tooLarge"> {
  return {
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
  };
}
