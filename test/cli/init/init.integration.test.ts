import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dependencies, devDependencies, provisioning } from "../../../src/cli/init/merge-files.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { skipWithout } from "../../support/programs.ts";
import { main } from "../support/run.ts";
import { runHere } from "../support/run-here.ts";

const pipelinePages = join(import.meta.dirname, "../../../docs/pipelines");
const id = "0123456789abcdef0123456789abcdef";
const read = (folder: string, path: string) => readFileSync(join(folder, path), "utf8");

describe("init into an empty folder", () => {
  it("creates a project whose manifests are valid, with and without the stack", async () => {
    using folder = temporaryFolder();
    const made = await runHere(["init", "shop", "--yes"], { cwd: folder.path });
    expect([made.code, made.stdout]).toEqual([0, ""]);
    const cwd = join(folder.path, "shop");
    for (const args of [["validate"], ["validate", "--stack", "dev"]]) {
      const { code, stderr } = await runHere(args, { cwd });
      expect([code, stderr]).toEqual([0, "0 errors, 0 warnings in 1 valid manifest\n"]);
    }
  });

  it("uses the values of flags", async () => {
    using folder = temporaryFolder();
    const flags = [
      "--name",
      "seeds",
      "--stack",
      "prod",
      "--queue",
      "mails",
      "--queue",
      `orders=${id}`,
      "--account",
      id,
    ];
    const made = await runHere(["init", "--yes", ...flags, "--ci", "gitlab"], { cwd: folder.path });
    expect(made.code).toBe(0);
    expect(parse(read(folder.path, "Pulumi.yaml")).name).toBe("seeds");
    expect(parse(read(folder.path, "Pulumi.prod.yaml"))).toEqual({
      config: {
        "queue-seeder:accountId": id,
        "queue-seeder:queues": { mails: { create: true }, orders: { id } },
      },
    });
    expect(existsSync(join(folder.path, "messages/mails.yaml"))).toBe(true);
    expect(parse(read(folder.path, ".gitlab-ci.yml")).variables).toMatchObject({
      MESSAGES_STACK: "prod",
      MESSAGES_FOLDER: ".",
    });
    expect((await runHere(["validate", "--stack", "prod"], { cwd: folder.path })).code).toBe(0);
  });

  it("sets up the producer Worker, and explains how to create its key", async () => {
    using folder = temporaryFolder();
    const flags = ["--yes", "--transport", "worker", "--queue", `orders=${id}`];
    const { code, stderr } = await runHere(["init", ...flags], { cwd: folder.path });
    expect(code).toBe(0);
    expect(parse(read(folder.path, "Pulumi.dev.yaml"))).toEqual({
      config: { "queue-seeder:transport": "worker", "queue-seeder:queues": { orders: { id } } },
    });
    expect(JSON.parse(read(folder.path, "package.json")).dependencies).toMatchObject(provisioning);
    expect(stderr).toContain(
      "openssl rand -base64 32 | npx --no-install pulumi config set --secret queue-seeder:workerKey",
    );
    expect(stderr).toContain("a token that may edit Queues and Workers Scripts");
    expect((await runHere(["validate"], { cwd: folder.path })).code).toBe(0);
    // Until the key is there, the stack's check names the very command.
    const early = await runHere(["validate", "--stack", "dev"], { cwd: folder.path });
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("the Worker has no key")]);
  });

  it("reports what it wrote and what to do next", async () => {
    using folder = temporaryFolder();
    const { stderr } = await runHere(["init", "shop", "--yes", "--ci", "github"], { cwd: folder.path });
    await expect(stderr).toMatchFileSnapshot("report.txt");
  });

  it("quotes values that YAML would parse as another type", async () => {
    using folder = temporaryFolder();
    const flags = ["--name", "1e3", "--queue", "on", "--queue", `007=${id}`];
    expect((await runHere(["init", "--yes", ...flags], { cwd: folder.path })).code).toBe(0);
    expect(parse(read(folder.path, "Pulumi.yaml")).name).toBe("1e3");
    expect(parse(read(folder.path, "Pulumi.dev.yaml")).config["queue-seeder:queues"]["007"]).toEqual({ id });
    const { code, stderr } = await runHere(["validate", "--stack", "dev"], { cwd: folder.path });
    expect([code, stderr]).toEqual([0, "0 errors, 0 warnings in 2 valid manifests\n"]);
  });

  it("names the project after its folder, whatever the folder's name", async () => {
    using folder = temporaryFolder();
    expect((await runHere(["init", "Läden & mehr", "--yes"], { cwd: folder.path })).code).toBe(0);
    expect(parse(read(folder.path, "Läden & mehr/Pulumi.yaml")).name).toBe("L-den-mehr");
  });
});

describe("init into an existing repository", () => {
  const packageJson = `{\n\t"name": "shop",\n\t"scripts": { "demo": "mine" },\n\t"dependencies": { "typescript": "5.9.0" }\n}\n`;

  it("adds what is missing to package.json and .gitignore, and changes nothing else in them", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, {
      "package.json": packageJson,
      ".gitignore": "/node_modules\n*.tmp",
      ".gitattributes": "*.csv filter=lfs diff=lfs merge=lfs -text\n*.gz   binary\n",
    });
    const { code, stderr } = await runHere(["init", "--yes", "--queue", `orders=${id}`], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stderr).toMatch(/added to +package.json/);
    const text = read(folder.path, "package.json");
    expect(text).toContain('\n\t"name": "shop"');
    expect(JSON.parse(text)).toEqual({
      name: "shop",
      scripts: { demo: "mine", validate: "queue-seeder validate" },
      dependencies: { ...dependencies, "queue-seeder": expect.stringMatching(/^file:\.\./), typescript: "5.9.0" },
      devDependencies: { "@types/node": "^24" },
    });
    expect(read(folder.path, ".gitignore")).toBe("/node_modules\n*.tmp\n.queue-seeder/\nreport.html\n");
    expect(read(folder.path, ".gitattributes")).toBe(`/messages/** text=auto eol=lf
*.ndjson text eol=lf
*.jsonl text eol=lf
*.csv text eol=lf
*.zst binary
*.csv filter=lfs diff=lfs merge=lfs -text
*.gz   binary
`);
    // The existing modules are CommonJS; those of the Pulumi program are not.
    expect(JSON.parse(read(folder.path, "infra/package.json")).type).toBe("module");
    expect((await runHere(["validate"], { cwd: folder.path })).code).toBe(0);
  });

  it("leaves an existing file unchanged, unless it may replace it", async () => {
    using folder = temporaryFolder();
    const mine = "queue: orders\nmessages:\n  - body: mine\n";
    writeFiles(folder.path, { "messages/orders.yaml": mine });
    const first = await runHere(["init", "--yes"], { cwd: folder.path });
    expect(first.stderr).toMatch(/left +messages\/orders.yaml/);
    expect(read(folder.path, "messages/orders.yaml")).toBe(mine);
    const again = await runHere(["init", "--yes"], { cwd: folder.path });
    expect(again.stderr).not.toMatch(/created|added|replaced/);
    const forced = await runHere(["init", "--yes", "--force"], { cwd: folder.path });
    expect(forced.stderr).toMatch(/replaced +messages\/orders.yaml/);
    expect(read(folder.path, "messages/orders.yaml")).toContain("sample-1");
  });

  it("puts pipelines next to those of the repository, and has them enter the project's folder", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, ".git"));
    await runHere(["init", "a/b", "--yes", "--ci", "github", "--stack", "prod"], { cwd: folder.path });
    const written = parse(read(folder.path, ".github/workflows/messages.yml"));
    const page = parse(read(pipelinePages, "github/messages.yml"));
    for (const job of ["plan", "deploy", "drift"]) {
      expect(written.jobs[job]).toEqual({
        ...page.jobs[job],
        with: { ...page.jobs[job].with, stack: "prod", folder: "a/b" },
      });
    }
    expect(written.on.push.paths).toEqual(page.on.push.paths.map((path: string) => `a/b/${path}`));
    // The workflows that it calls are those of the pages.
    for (const name of ["messages-plan.yml", "messages-deploy.yml", "messages-drift.yml"]) {
      expect(read(folder.path, `.github/workflows/${name}`)).toBe(read(pipelinePages, `github/${name}`));
    }
    expect(parse(read(folder.path, ".vscode/settings.json"))["yaml.schemas"]).toEqual({
      "./a/b/node_modules/queue-seeder/messages/manifest.schema.json": ["a/b/messages/**/*.{yaml,yml}"],
    });
  });

  it("writes exactly the files of the pages", async () => {
    using folder = temporaryFolder();
    for (const ci of ["github", "gitlab"]) await runHere(["init", "--yes", "--ci", ci], { cwd: folder.path });
    for (const [written, page] of [
      [".github/workflows/messages.yml", "github/messages.yml"],
      [".github/workflows/messages-plan.yml", "github/messages-plan.yml"],
      [".github/workflows/messages-deploy.yml", "github/messages-deploy.yml"],
      [".gitlab-ci.yml", "gitlab/messages.gitlab-ci.yml"],
    ] as const) {
      expect(read(folder.path, written)).toBe(read(pipelinePages, page));
    }
  });

  it("changes a pipeline's stack and folder, and no other line", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, ".git"));
    await runHere(["init", "seeds", "--yes", "--ci", "gitlab", "--stack", "on"], { cwd: folder.path });
    const lines = (text: string) => text.split("\n");
    const page = lines(read(pipelinePages, "gitlab/messages.gitlab-ci.yml"));
    const changed = lines(read(folder.path, ".gitlab-ci.yml")).filter((line) => !page.includes(line));
    expect(changed).toEqual([
      '  MESSAGES_STACK: "on" # the stack to deploy to',
      "  MESSAGES_FOLDER: seeds # where Pulumi.yaml is",
    ]);
  });

  it.each([
    [{ "Pulumi.yaml": "name: other\nruntime: nodejs\n" }, ["--yes"], "already contains a Pulumi project"],
    [{ "Pulumi.yml": "name: other\nruntime: go\n" }, ["--yes"], "already contains a Pulumi project"],
    [{ "package.json": "{,}" }, ["--yes"], "package.json is not a JSON object"],
    [{}, [], "there is no terminal to prompt on"],
    [{}, ["--yes", "--queue", "Orders"], "A queue's name is"],
    [{}, ["--yes", "--queue", "orders=orders"], "A queue's id is 32 hex digits"],
    [{}, ["--yes", "--account", "mine"], "An account id is 32 hex digits."],
    [{}, ["--yes", "--name", "a b"], "Use letters, digits"],
    [{}, ["--yes", "--ci", "gitlub"], "Allowed choices are github, gitlab, none."],
  ])("with %j and %j ends with 2 and writes nothing", async (files, flags, message) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, files);
    const { code, stderr } = await runHere(["init", ...flags], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder.path, "infra"))).toBe(false);
  });
});

/** Runs init in a terminal of its own (util-linux `script`), and answers each question when it is asked. */
async function atTerminal(cwd: string, args: readonly string[], answers: readonly string[]) {
  const command = [process.execPath, main, "init", ...args].map((word) => `'${word}'`).join(" ");
  const env = { PATH: process.env.PATH, TERM: "dumb", SHELL: "/bin/sh" };
  const child = spawn("script", ["-qefc", command, "/dev/null"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  let shown = "";
  let seen = 0;
  const left = [...answers];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    if (!/[:\]] $/.test(shown.slice(seen))) return;
    seen = shown.length;
    const answer = left.shift();
    if (answer !== undefined) child.stdin.write(answer);
  });
  const [code] = await once(child, "close");
  return { code, shown };
}

describe.skipIf(skipWithout("script"))("init at a terminal", () => {
  it("asks for every value without a flag, and again if the answer is invalid", async () => {
    using folder = temporaryFolder();
    const answers = ["prod\r", "Orders\r", `orders, mails=${id}\r`, "\r", "none\r"];
    const { code, shown } = await atTerminal(folder.path, ["--name", "seeds"], answers);
    expect([code, shown]).toEqual([0, expect.stringContaining("A queue's name is")]);
    expect(shown).not.toContain("Name of the Pulumi project");
    expect(parse(read(folder.path, "Pulumi.prod.yaml")).config["queue-seeder:queues"]).toEqual({
      orders: { create: true },
      mails: { id },
    });
  });

  it("asks before it replaces a file", async () => {
    using folder = temporaryFolder();
    const files = { "messages/a.yaml": "queue: a\n", "messages/b.yaml": "queue: b\n" };
    writeFiles(folder.path, files);
    const flags = ["--name", "n", "--stack", "s", "--queue", "a", "--queue", "b", "--account", id, "--ci", "none"];
    const { code } = await atTerminal(folder.path, flags, ["\r", "y\r"]);
    expect(code).toBe(0);
    expect(read(folder.path, "messages/a.yaml")).toBe(files["messages/a.yaml"]);
    expect(read(folder.path, "messages/b.yaml")).toContain("sample-1");
  });

  it.each(["\u0003", "\u0004"])("writes nothing after %j", async (key) => {
    using folder = temporaryFolder();
    const { code } = await atTerminal(folder.path, [], ["\r", key]);
    expect(code).not.toBe(0);
    expect(existsSync(join(folder.path, "Pulumi.yaml"))).toBe(false);
  });
});

it("asks for the versions that this repository is tested with", () => {
  const own = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const tested: Record<string, string> = { ...own.devDependencies, ...own.dependencies };
  for (const [name, range] of Object.entries({ ...dependencies, ...provisioning, ...devDependencies })) {
    expect([name, range.replace("^", "")]).toEqual([name, tested[name]?.replace("^", "")]);
  }
});
