import type { Emulator } from "../../src/emulator/index.ts";
import type { QueueAnswer } from "./fake-producer.ts";

/** Returns what pushes a fake producer's messages to the emulator's queues, as the bindings of a real one do. */
export function sendToEmulator(emulator: Emulator): (queue: string, messages: string) => Promise<QueueAnswer> {
  const { baseUrl, accountId, token } = emulator;
  return async (queue, body) => {
    const url = `${baseUrl}/accounts/${accountId}/queues/${emulator.queueId(queue)}/messages/batch`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body });
    if (!response.ok) throw new Error(await response.text());
    return "accepted";
  };
}
