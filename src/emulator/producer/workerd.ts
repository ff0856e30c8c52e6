import { spawn } from "node:child_process";
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
 * Runs a program in the background, and ends it when the standard input ends, which the kernel closes however this process ends, also
 * by `kill -9`. The shell keeps neither the program's output nor its file descriptor 3 open, and leaves signals of the terminal to
 * this process. A program that has ended stays a zombie until `wait`, so that its number cannot have become another process's.
 */
const untilInputEnds = `"$@" & trap '' INT TERM HUP; exec >/dev/null 2>&1 3>&-; read -r line; kill -9 $!; wait $!`;

/**
 * Starts the runtime and waits until it listens. It ends with this process.
 *
 * @param binary the path of workerd
 * @param print receives each line that it prints
 * @throws Error with its output if it ends before
 */
export async function startWorkerd(binary: string, config: string, print: (line: string) => void): Promise<Workerd> {
  // The runtime reports its port on the file descriptor 3.
  const runtime = [binary, "serve", "--control-fd=3", config];
  const child = spawn("/bin/sh", ["-c", untilInputEnds, "sh", ...runtime], { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const { stdin } = child;
  // The shell may have ended before.
  stdin.on("error", () => {});
  const control = child.stdio[3] as Readable;
  // Only the runtime has it open. The shell then ends, too.
  control.once("close", () => stdin.end());
  const ended = once(child, "close").then(() => {});
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on("line", (line) => {
      if (printed.length < 100) printed.push(line);
      print(line);
    });
  }
  const port = await Promise.race([
    readPort(control),
    once(child, "error").then(([error]) => Promise.reject(error)),
    ended.then(() => Promise.reject(new Error(`The Worker's runtime does not start: ${printed.join("\n")}`))),
  ]);
  return {
    port,
    ended,
    kill: () => {
      stdin.end();
      return ended;
    },
  };
}

/**
 * Reads the runtime's reports until they end, so that the end is detected.
 *
 * @returns its port; the promise stays pending if the runtime ends without one
 */
function readPort(control: Readable): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  createInterface(control).on("line", (line) => {
    const event = JSON.parse(line) as { event: string; port?: number };
    if (event.event === "listen" && event.port !== undefined) resolve(event.port);
  });
  return promise;
}
