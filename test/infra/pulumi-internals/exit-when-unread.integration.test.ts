import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";

const module = new URL("../../../infra/pulumi-internals/exit-when-unread.ts", import.meta.url).href;
/** Handles an uncaught error as the SDK does: writes it to stderr. */
const program = `
import { exitWhenUnread } from ${JSON.stringify(module)};
exitWhenUnread();
process.on("uncaughtException", (error) => console.error(error));
process.on("message", () => console.error("written after the reader has gone"));
process.send("ready");
`;

const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

it("ends a program whose output has no reader", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  await once(child, "message");
  child.stdout?.destroy();
  child.stderr?.destroy();
  const exited = once(child, "exit");
  child.send("continue");
  expect(await exited).toEqual([1, null]);
});
