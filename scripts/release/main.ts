import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assertTag, releaseNotes } from "./notes.ts";

const repository = join(import.meta.dirname, "../..");
const { version }: { version: string } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const [tag] = process.argv.slice(2);
if (tag !== undefined) assertTag(tag, version);
process.stdout.write(releaseNotes(readFileSync(join(repository, "CHANGELOG.md"), "utf8"), version));
