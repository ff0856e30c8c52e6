import { count, number } from "../figures.ts";
import type { Delivery } from "./deliver.ts";
import type { Account } from "./record.ts";
import type { SegmentInputs } from "./segment.ts";
import type { Session } from "./session.ts";
import { names } from "./summary.ts";

/** Says what the journals of interrupted runs knew. */
export async function tellRecovered({ inputs, claim: { left }, book, session }: Delivery): Promise<void> {
  if (left.length === 0) return;
  await session.ports.tell(
    "info",
    `an interrupted run's journal says that ${count(book.carried.pushed.length, "message")} arrived, and ${number(book.decision.inDoubt.length)} may have`,
    inputs.self,
  );
}

/** Names what may have arrived twice. */
export async function warnOfDoubles(
  { self }: SegmentInputs,
  { maybeTwice }: Account,
  { tell }: Session["ports"],
): Promise<void> {
  if (maybeTwice.length === 0) return;
  await tell(
    "warning",
    `${count(maybeTwice.length, "message")} may have arrived twice, since an answer was lost: ${names(maybeTwice)}`,
    self,
  );
}
