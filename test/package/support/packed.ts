import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { packInto } from "../../../scripts/pack/tarball.ts";

/** Packs the package once for a file of tests. @returns gives the tarball's path, within the tests */
export function packOnce(): () => string {
  let folder = "";
  let tarball = "";
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "packed-")));
    tarball = packInto(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => tarball;
}
