/** The emulator in a process of its own, so that it does not share a core with what is measured. */

import { type EmulatorOptions, startEmulator } from "../../src/emulator/index.ts";

/** What the parent is told at the start. */
export interface Address {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly queueId: string;
  readonly token: string;
}

/** What the parent is told when it asks. */
export interface Traffic {
  readonly requests: number;
  /** Answers by error code. */
  readonly codes: Readonly<Record<string, number>>;
  /** By the emulator's clock, from the arrival of the first request to that of the last, in milliseconds. */
  readonly tookMs: number;
}

const options: EmulatorOptions = JSON.parse(process.argv[2] ?? "{}");
const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, ...options });
process.on("message", () => {
  const { requests } = emulator;
  const codes = Object.groupBy(
    requests.filter(({ code }) => code !== undefined),
    ({ code }) => String(code),
  );
  process.send?.({
    requests: requests.length,
    codes: Object.fromEntries(Object.entries(codes).map(([code, records = []]) => [code, records.length])),
    tookMs: (requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0),
  } satisfies Traffic);
});
process.on("disconnect", () => process.exit());
const { baseUrl, accountId, token } = emulator;
process.send?.({ baseUrl, accountId, token, queueId: emulator.queueId("orders") } satisfies Address);
