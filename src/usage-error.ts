/** Thrown for wrong usage of a command. The command ends with exit code 2, or the one in its help. */
export class UsageError extends Error {
  override name = "UsageError";
}
