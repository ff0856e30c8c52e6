/** Hashes a file in a bare loop, in a process of its own, and prints the time in milliseconds. */

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { timed } from "../support/measure.ts";

const [, , file = ""] = process.argv;
console.log(
  await timed(async () => {
    const hash = createHash("sha256");
    const buffer = Buffer.alloc(1024 * 1024);
    const descriptor = openSync(file, "r");
    for (let bytes = -1; bytes !== 0; ) {
      bytes = readSync(descriptor, buffer, 0, buffer.length, null);
      hash.update(buffer.subarray(0, bytes));
    }
    closeSync(descriptor);
    hash.digest();
  }),
);
