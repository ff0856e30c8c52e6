/** Exit code of a program whose Pulumi was killed. */
const exitCode = 1;

/**
 * Ends the process once its output has no reader, because Pulumi was killed. The SDK reports an uncaught error by writing
 * it; with the reader gone, the write fails with EPIPE, which is an uncaught error again. Without this the program of a killed
 * run writes and fails for ever, and takes gigabytes.
 */
export function exitWhenUnread(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(exitCode));
}
