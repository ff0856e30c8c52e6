import type { Decision } from "../plan/index.ts";
import type { Book } from "./ledger/types.ts";
import type { Leftover } from "./leftover.ts";

/**
 * What an interrupted run pushed, and the ledger does not know.
 *
 * @param alone what the ledger of the engine's state decides by itself
 */
export function recoveredOf(
  { kept }: Decision,
  alone: () => Decision,
  left: readonly Leftover[],
  keyOf: (index: number) => string,
): Pick<Book, "recovered" | "doubled"> {
  if (left.length === 0) return { recovered: [], doubled: [] };
  const before = alone();
  const known = new Set(before.kept);
  const recovered = kept.filter((index) => !known.has(index));
  const [doubtedKeys, doubted] = [new Set(left.flatMap(({ inDoubt }) => inDoubt)), new Set(before.inDoubt)];
  return { recovered, doubled: recovered.filter((index) => doubted.has(index) || doubtedKeys.has(keyOf(index))) };
}
