import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { packInto } from "./tarball.ts";

const folder = join(import.meta.dirname, "../../dist");
mkdirSync(folder, { recursive: true });
console.log(packInto(folder));
