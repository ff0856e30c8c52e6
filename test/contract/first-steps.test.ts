import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { findEngine } from "../../src/engine/find-engine.ts";
import { parsePage, repository } from "../docs/support/pages.ts";
import { packed } from "../package/support/packed.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "first-steps-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The page's shell blocks, in order: install, demo, login, configuration, deployment. */
const { blocks } = parsePage("docs/first-steps.md", readFileSync(join(repository, "docs/first-steps.md"), "utf8"));
const commands = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);

it("the commands of the page lead from an empty folder to messages in a queue", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  const home = join(scratch, "home");
  const work = join(scratch, "work");
  mkdirSync(join(work, "queue-seeder/dist"), { recursive: true });
  mkdirSync(join(home, ".pulumi"), { recursive: true });
  // The clone next to the new folder, in which the package was packed; and the Pulumi CLI, which the npm package would download.
  cpSync(packed(), join(work, "queue-seeder/dist", basename(packed())));
  const engine = findEngine();
  if (engine === undefined) throw new Error("No Pulumi engine is here. Run `npm run engine` first.");
  symlinkSync(join(realpathSync(engine.binDir), "../.."), join(home, ".pulumi/versions"));

  const env = {
    PATH: `${dirname(process.execPath)}:${(process.env.PATH ?? "")
      .split(":")
      .filter((path) => !path.includes("node_modules"))
      .join(":")}`,
    HOME: home,
    // Pulumi finds the home folder by the user's name, not by this variable.
    PULUMI_HOME: join(home, ".pulumi"),
    // The registry of this machine, and the certificates that it trusts.
    ...(process.env.NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
    NPM_CONFIG_USERCONFIG: process.env.npm_config_userconfig ?? join(homedir(), ".npmrc"),
    // Downloads of the clone are not repeated.
    npm_config_cache: process.env.npm_config_cache ?? join(homedir(), ".npm"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of this test",
    CLOUDFLARE_BASE_URL: emulator.baseUrl,
  };
  const run = async (script: string, cwd: string, input?: string): Promise<ProcessResult> => {
    const typed = input === undefined ? script : `${script} <<< '${input}'`;
    const ran = await spawnProcess("bash", ["-euo", "pipefail", "-c", typed], { cwd, env, timeoutMs: 240_000 }).done;
    expect(ran.code, `${script}\n${ran.stdout}${ran.stderr}`).toBe(0);
    return ran;
  };
  const [install, demo, login, configure, deploy, ...others] = commands;
  expect(others).toEqual([]);
  // What a user answers when they are asked.
  const answers = `--yes --queue orders=${emulator.queueId("orders")}`;
  const installed = await run((install ?? "").replace("queue-seeder init", `queue-seeder init ${answers}`), work);
  expect(installed.stdout + installed.stderr).not.toContain("EBADENGINE");
  const project = join(work, "seeding");
  expect((await run("npx --no-install queue-seeder validate --stack dev", project)).stderr).toContain("0 errors");
  const shown = (await run(demo ?? "", project)).stderr;
  expect(shown).toContain("has the queue orders.");
  expect(shown).toContain("✓ Nothing was pushed.");
  await run((login ?? "").replaceAll("file://~", `file://${home}`), project);
  const [account = "", token = ""] = (configure ?? "").split("\n");
  await run(account.replace(/\S+$/, emulator.accountId), project);
  await run(token, project, emulator.token);
  const deployed = await run((deploy ?? "").replace(/up --stack dev/, "up --stack dev --yes"), project);
  expect(deployed.stdout).toContain("2 messages");
  expect(emulator.messages("orders").map(({ body }) => body)).toEqual([
    { type: "sample", number: 1, stack: "dev" },
    "plain words",
  ]);
  // As a pipeline installs it: only what is committed, without scripts of packages.
  await run(
    "rm -rf node_modules ../queue-seeder && npm ci --ignore-scripts && npx --no-install queue-seeder validate",
    project,
  );
  const again = await run("npx --no-install queue-seeder up --stack dev --yes", project);
  expect(again.stderr).toMatch(/nothing/i);
  expect(emulator.messages("orders")).toHaveLength(2);
}, 600_000);
