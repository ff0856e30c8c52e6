import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { startWorkerd } from "../../../src/emulator/producer/workerd.ts";

const runtime = new URL("runtime.mjs", import.meta.url).pathname;
const workerd = new URL("../../../src/emulator/producer/workerd.ts", import.meta.url).href;

/** Connects to a runtime. The connection closes when the runtime ends. */
async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Waits for the end of a connection. Unlike `once`, it takes a reset for one. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

it.each(["SIGKILL", "SIGTERM"] as const)("ends with its parent if the parent gets %s", async (signal) => {
  const script = `import { startWorkerd } from ${JSON.stringify(workerd)};
    const { port } = await startWorkerd(${JSON.stringify(runtime)}, "", () => {});
    console.log(port);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface(parent.stdout), "line");
  const closed = closeOf(await connectTo(Number(port)));
  parent.kill(signal);
  // Otherwise it never resolves.
  await closed;
});

it("is killed at once, and an end of its own is noticed", async () => {
  const killed = await startWorkerd(runtime, "", () => {});
  const closed = closeOf(await connectTo(killed.port));
  await killed.kill();
  await closed;
  const pid = Promise.withResolvers<string>();
  const crashed = await startWorkerd(runtime, "", (line) => pid.resolve(line));
  process.kill(Number(await pid.promise), "SIGKILL");
  await expect(crashed.ended).resolves.toBeUndefined();
});

it.each([
  ["has no program", "/nonexistent/workerd", /The Worker's runtime does not start: [\s\S]*\/nonexistent\/workerd/],
  ["ends without a port", process.execPath, /The Worker's runtime does not start: [\s\S]*Cannot find module/],
])("reports its output if it %s", async (_, binary, message) => {
  await expect(startWorkerd(binary, "", () => {})).rejects.toThrow(message);
});
