/** The command was called in a way that cannot work. It ends with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
