import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Address, RemoteOptions, Traffic } from "./server.ts";

/** Controls an emulator in another process. */
export interface RemoteEmulator extends Address, AsyncDisposable {
  /** Messages in the queue. */
  backlog(): Promise<number>;
  /** Empties the queue, so that messages of earlier rounds do not affect the next one. */
  purge(): Promise<void>;
  traffic(): Promise<Traffic>;
}

export async function startRemote(options: RemoteOptions = {}): Promise<RemoteEmulator> {
  const child = fork(fileURLToPath(new URL("server.ts", import.meta.url)), [JSON.stringify(options)], { execArgv: [] });
  const [address] = (await once(child, "message")) as [Address];
  const { baseUrl, accountId, queueId, token } = address;
  const call = async (method: string, path: string, body?: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${baseUrl}/accounts/${accountId}/queues/${queueId}/${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return (await answer.json()) as { readonly result: { readonly backlog_count: number } };
  };
  return {
    ...address,
    backlog: async () => (await call("GET", "metrics")).result.backlog_count,
    purge: async () => {
      await call("POST", "purge", '{"delete_messages_permanently":true}');
    },
    traffic: async () => {
      child.send("traffic");
      const [traffic] = (await once(child, "message")) as [Traffic];
      return traffic;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
