import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords, withClients } from "./clients.ts";
import { manifestReference } from "./manifest.ts";

const repository = join(import.meta.dirname, "../..");
const schema = JSON.parse(readFileSync(join(repository, "messages/manifest.schema.json"), "utf8"));
const top = readFileSync(join(import.meta.dirname, "manifest-top.md"), "utf8");
// Other repositories call these workflows in this one, or copy them from the pages.
const workflows = ["messages-plan.yml", "messages-deploy.yml", "messages-drift.yml"];
for (const name of workflows) {
  copyFileSync(join(repository, "docs/pipelines/github", name), join(repository, ".github/workflows", name));
}

writeFileSync(join(repository, "docs/manifest.md"), manifestReference(schema, { top }));

const emulator = join(repository, "docs/emulator.md");
writeFileSync(emulator, withClients(readFileSync(emulator, "utf8"), readRecords(repository)));
