import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A running process of the runtime. */
export interface Workerd {
  readonly port: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
}

/**
 * Starts the runtime and waits until it listens.
 *
 * @param binary the path of workerd
 * @param print receives each line that it prints
 * @throws Error with its output if it ends before
 */
export async function startWorkerd(binary: string, config: string, print: (line: string) => void): Promise<Workerd> {
  // The runtime reports its port on the file descriptor 3.
  const child = spawn(binary, ["serve", "--control-fd=3", config], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const killed = () => child.kill("SIGKILL");
  // The runtime must not outlive this process.
  process.once("exit", killed);
  const ended = once(child, "close").then(() => {
    process.off("exit", killed);
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on("line", (line) => {
      if (printed.length < 100) printed.push(line);
      print(line);
    });
  }
  const port = await Promise.race([
    readPort(child),
    ended.then(() => Promise.reject(new Error(`The Worker's runtime does not start: ${printed.join("\n")}`))),
  ]);
  return {
    port,
    ended,
    kill: () => {
      killed();
      return ended;
    },
  };
}

async function readPort(child: ChildProcess): Promise<number> {
  const failed = once(child, "error").then(([error]) => Promise.reject(error));
  const listening = (async () => {
    for await (const line of createInterface(child.stdio[3] as Readable)) {
      const event = JSON.parse(line) as { event: string; port?: number };
      if (event.event === "listen" && event.port !== undefined) return event.port;
    }
    // It has ended, which the caller reports.
    return new Promise<never>(() => {});
  })();
  return Promise.race([listening, failed]);
}
