import type { RepairRequest } from "../../lifecycle/protocol/request.ts";

const commands = {
  baseline: "baseline",
  forget: "forget",
  settle_pushed: "settle",
  settle_resend: "settle",
} as const satisfies Record<RepairRequest["action"], string>;

/** Returns the message that a repair has in Pulumi's history, such as `queue-seeder settle orders`. */
export function repairMessage({ action, manifest }: Pick<RepairRequest, "action" | "manifest">): string {
  return `queue-seeder ${commands[action]} ${manifest}`;
}

/** Returns the command of a repair's message, undefined for any other message. */
export function parseRepairMessage(message: string): string | undefined {
  const command = /^queue-seeder (\w+) /.exec(message)?.[1];
  return Object.values<string>(commands).find((each) => each === command);
}
