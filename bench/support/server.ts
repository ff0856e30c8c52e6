/** Runs the emulator in a separate process, so that it does not share a core with the measured code. */

import { type EmulatorOptions, startEmulator } from "../../src/emulator/index.ts";

/** The emulator's options that JSON can represent, and a delay for its answers to pushes. */
export type RemoteOptions = EmulatorOptions & { readonly delayMs?: number };

/** The first message to the parent. */
export interface Address {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly queueId: string;
  readonly token: string;
  /** The address of the producer Worker; absent unless the options have one. */
  readonly workerUrl?: string;
}

/** The answer to each message of the parent. */
export interface Traffic {
  readonly requests: number;
  /** Number of answers by error code. */
  readonly codes: Readonly<Record<string, number>>;
}

const { delayMs = 0, ...options }: RemoteOptions = JSON.parse(process.argv[2] ?? "{}");
const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, ...options });
for (const route of delayMs > 0 ? (["push", "batch"] as const) : []) {
  emulator.faults.add({ match: { route }, effect: { kind: "delay", ms: delayMs } });
}
process.on("message", () => {
  const { requests } = emulator;
  const codes = Object.groupBy(
    requests.filter(({ code }) => code !== undefined),
    ({ code }) => String(code),
  );
  process.send?.({
    requests: requests.length,
    codes: Object.fromEntries(Object.entries(codes).map(([code, records = []]) => [code, records.length])),
  } satisfies Traffic);
});
process.on("disconnect", async () => {
  await emulator.close();
  process.exit();
});
const { baseUrl, accountId, token } = emulator;
process.send?.({
  baseUrl,
  accountId,
  token,
  queueId: emulator.queueId("orders"),
  ...(emulator.producer !== undefined && { workerUrl: emulator.producer.url }),
} satisfies Address);
