/** Exit code of a program whose Pulumi engine was killed. */
const exitCode = 1;

/**
 * Exits the process when its output has no reader because Pulumi was killed. The SDK writes uncaught errors; without a reader the
 * write fails with EPIPE, which is another uncaught error. Without this, the program of a killed run would loop forever and use
 * gigabytes of memory.
 */
export function exitWhenUnread(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(exitCode));
}
