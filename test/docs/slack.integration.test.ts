import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { temporaryFolder } from "../manifest/support/fixture.ts";
import { skipWithout } from "../support/programs.ts";
import { parsePage, repository } from "./support/pages.ts";

const page = parsePage("", readFileSync(join(repository, "docs/pipelines/other-platforms.md"), "utf8"));
const script = page.blocks.find(({ language, text }) => language === "sh" && text.includes("SLACK_WEBHOOK_URL"))?.text;

/** Runs the script of the page with a status that ends with a code, and with a stand-in for curl. */
async function alert(statusCode: number) {
  using folder = temporaryFolder();
  const bin = join(folder.path, "bin");
  mkdirSync(bin);
  const programs = {
    npx: `printf '%s\\n' "$*" '"quoted" & <b>'; exit ${statusCode}`,
    curl: 'cat > posted.json; printf "%s" "$*" > called.txt',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: [bin, process.env.PATH].join(delimiter), SLACK_WEBHOOK_URL: "https://hooks.example.com/x" };
  const { code, stderr } = await spawnProcess("bash", ["-c", script ?? "exit 99"], { cwd: folder.path, env }).done;
  const read = (name: string) => readFileSync(join(folder.path, name), "utf8");
  const posted = existsSync(join(folder.path, "posted.json")) ? JSON.parse(read("posted.json")) : undefined;
  return { code, stderr, posted, called: posted === undefined ? "" : read("called.txt") };
}

it.skipIf(skipWithout("jq")).each([
  [2, "Messages are pending in prod"],
  [3, "Messages are in doubt in prod"],
  [1, "The status of prod could not be determined"],
])("the recipe reports exit code %i of status to Slack, and ends with the same code", async (statusCode, text) => {
  const { code, stderr, posted, called } = await alert(statusCode);
  expect([code, stderr]).toEqual([statusCode, ""]);
  expect(posted.text.split("\n")).toEqual([
    expect.stringContaining(text),
    "```",
    "--no-install queue-seeder status --stack prod --exit-code",
    '"quoted" & <b>',
    "```",
  ]);
  expect(called).toBe("--fail --silent --show-error --json @- https://hooks.example.com/x");
});

it("the recipe is silent if nothing is pending", async () => {
  expect(await alert(0)).toEqual({ code: 0, stderr: "", posted: undefined, called: "" });
});
