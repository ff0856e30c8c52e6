import { Refusal } from "./failure.ts";
import type { Ports } from "./ports.ts";

/**
 * Stops a push whose engine is gone, killed perhaps: nobody would keep what it comes to, and the next run would not know.
 *
 * @throws Refusal
 */
export async function refuseIfOrphan({ engineListens }: Pick<Ports, "engineListens">): Promise<void> {
  if (await engineListens()) return;
  throw new Refusal(
    "ENGINE_GONE",
    "the Pulumi engine has ended, so nothing more is sent. Run `pulumi cancel`, then `pulumi up`.",
  );
}
