/** The command was called in a way that cannot work. It ends with exit code 2, or the one that its help names. */
export class UsageError extends Error {
  override name = "UsageError";
}
