/** The value that Pulumi passes for values that are only known during the run. Source: pulumi sdk, runtime/rpc. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
  return value === unknownValue;
}
