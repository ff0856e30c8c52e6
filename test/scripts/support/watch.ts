import { EventEmitter, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake tool has to do: its work, half of it, fail, or wait until the test releases or kills it. */
export type Verdict = "ok" | "half" | "fail" | "hold";

/** A server to which fake tools, in processes of their own, report their calls, and which returns their verdicts. */
export interface Watch extends AsyncDisposable {
  readonly url: string;
  /** Calls in the order of their arrival, such as `go build pulumi`. */
  readonly calls: readonly string[];
  /** Verdicts by call. Default: `ok`. */
  readonly verdicts: Map<string, Verdict>;
  /** Resolves at the next arrival of a call, or at the end of the process that made it. */
  next(call: string, what?: "arrives" | "dies"): Promise<unknown>;
  /** Lets the held tools do their work. */
  release(): void;
}

export async function startWatch(): Promise<Watch> {
  const events = new EventEmitter();
  const calls: string[] = [];
  const verdicts = new Map<string, Verdict>();
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const call = decodeURIComponent((request.url ?? "").slice(1));
    calls.push(call);
    const verdict = verdicts.get(call) ?? "ok";
    if (verdict === "hold") {
      held.add(response);
      response.once("close", () => held.delete(response) && events.emit(`${call} dies`));
    } else response.end(verdict);
    events.emit(`${call} arrives`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const release = () => {
    for (const response of held) response.end("ok");
    held.clear();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    verdicts,
    next: (call, what = "arrives") => once(events, `${call} ${what}`),
    release,
    // Tools that are still held fail: they must not write into a folder that is being removed.
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
