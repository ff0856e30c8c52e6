import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation small, since messages are read and sent in parts that soon become garbage. Of 100,000 messages, the
 * program then takes 180 instead of 220 MB and the provider 320 instead of 400, for no more processor time. It sets no limit:
 * larger manifests may use what they need.
 */
export function keepHeapSmall() {
  for (const flag of ["--semi-space-growth-factor=1", "--max-semi-space-size=4"]) setFlagsFromString(flag);
}
