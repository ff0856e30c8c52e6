import { closeSync, openSync, writeSync } from "node:fs";

/** Returns a row as in a typical backfill: a few hundred bytes, nested, sometimes with text that is not ASCII. */
function row(number: number): string {
  const lines = Array.from({ length: 1 + (number % 3) }, (_, line) => ({
    sku: `SKU-${(number * 7 + line) % 997}`,
    quantity: 1 + (line % 4),
    price: { amount: 990 + (number % 100) * 10, currency: "EUR" },
  }));
  const customer = {
    id: `c-${number % 5000}`,
    name: number % 5 === 0 ? "Søren Ångström" : "Ada Lovelace",
    vip: number % 11 === 0,
  };
  return `${JSON.stringify({ type: "order.backfilled", order: number, customer, lines, note: null })}\n`;
}

/** Writes an NDJSON file of at least the given number of bytes. @returns its numbers of rows and bytes */
export function writeRows(path: string, wanted: number): { rows: number; bytes: number } {
  const file = openSync(path, "w");
  let rows = 0;
  let bytes = 0;
  try {
    while (bytes < wanted) {
      let block = "";
      for (let end = rows + 10_000; rows < end; rows += 1) block += row(rows);
      bytes += writeSync(file, block);
    }
  } finally {
    closeSync(file);
  }
  return { rows, bytes };
}
