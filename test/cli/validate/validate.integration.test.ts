import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { formatLocation, type Problem } from "../../../src/manifest/index.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { skipWithout } from "../../support/programs.ts";
import { main, type Ran } from "../support/run.ts";
import { runHere } from "../support/run-here.ts";

/** Runs the command in a repository of these files. */
async function validate(
  files: Record<string, string>,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  using root = temporaryFolder();
  writeFiles(root.path, files);
  return await runHere(["validate", ...args], { cwd: root.path, env });
}

const good = "queue: orders\nmessages:\n  - body: 1\n";
const bad = "queue: orders\nmessages:\n  - body: 007\n";
const warned = "queue: orders\nmessages:\n  - body: yes\n";

describe("validate", () => {
  it("accepts a stack's full name", async () => {
    const files = { "messages/a.yaml": good, "Pulumi.yaml": "name: shop\n", "Pulumi.dev.yaml": "config: {}\n" };
    const full = await validate(files, ["--stack", "organization/shop/dev"]);
    expect(full.stderr).toContain("messages/a.yaml:1:8 error QUEUE_UNKNOWN");
  });

  it.each([
    ["config:\n  a: [\n", "Pulumi.dev.yaml:3:1 YAML_SYNTAX"],
    ["config:\n<<<<<<< HEAD\n  a: 1\n=======\n  a: 2\n>>>>>>> main\n", "Pulumi.dev.yaml:2:1 MERGE_CONFLICT"],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Pulumi.dev.yaml:1:1 FOREIGN_CONTENT"],
    ["<!doctype html>\n<title>Sign in</title>\n", "Pulumi.dev.yaml:1:1 FOREIGN_CONTENT"],
  ])("reports what a stack's configuration is instead of YAML, in JSON too: %j", async (text, expected) => {
    const files = { "messages/a.yaml": good, "Pulumi.yaml": "name: shop\n", "Pulumi.dev.yaml": text };
    const { code, stdout } = await validate(files, ["--stack", "dev", "--format", "json"]);
    const { problems, manifests } = JSON.parse(stdout);
    const logged = problems.map(
      ({ location, code: found }: { location: Problem["location"]; code: string }) =>
        `${formatLocation(location)} ${found}`,
    );
    expect([code, logged, manifests.length]).toEqual([1, [expected], 1]);
  });

  it("shows no line of a file outside the repository, whatever path leads to it", async () => {
    using outside = temporaryFolder();
    using root = temporaryFolder();
    writeFiles(outside.path, { "secrets.env": "KEY=of-another-user\n" });
    writeFiles(root.path, { "messages/a.yaml": "queue: orders\nbody_schema: s.json\nsource: { file: b.csv }\n" });
    for (const name of ["b.csv", "b.yaml", "s.json", "c.ndjson"]) {
      symlinkSync(join(outside.path, "secrets.env"), join(root.path, "messages", name));
    }
    const { code, stderr } = await runHere(["validate"], { cwd: root.path });
    expect([code, stderr]).toEqual([1, expect.stringContaining("OUTSIDE_REPOSITORY")]);
    expect(stderr).not.toContain("KEY");
  });

  it("reports that there are no problems, and ends with 0", async () => {
    expect(await validate({ "messages/a.yaml": good })).toEqual({
      code: 0,
      stdout: "",
      stderr: "0 errors, 0 warnings in 1 valid manifest\n",
    });
  });

  it("shows each problem with its line and the remedy on stderr, and ends with 1", async () => {
    const { code, stdout, stderr } = await validate({ "messages/a.yaml": bad, "messages/b.yaml": warned });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(`messages/a.yaml:3:11 error NUMBER_NOT_EXACT: "007" is a number that would be sent as 7.
2 | messages:
3 |   - body: 007
  |           ^
Quote it if it is text; otherwise write it in JSON notation.

messages/b.yaml:3:11 warning AMBIGUOUS_WORD: "yes" is text here, but older YAML parses it as true or false.
2 | messages:
3 |   - body: yes
  |           ^
Write true, or "yes" in quotes.

1 error, 1 warning in 1 valid manifest
`);
  });

  it("uses colours if asked, unless NO_COLOR is set", async () => {
    const files = { "messages/a.yaml": bad };
    expect((await validate(files, [], { FORCE_COLOR: "1" })).stderr).toContain("\u001b[31m");
    expect((await validate(files, [], { NO_COLOR: "1" })).stderr).not.toContain("\u001b");
  });

  it("ends with 0 if there are only warnings", async () => {
    expect((await validate({ "messages/a.yaml": warned })).code).toBe(0);
  });

  it("checks the files and folders that it is given", async () => {
    const files = { "messages/a.yaml": good, "messages/sub/b.yaml": bad, "other/c.yaml": bad };
    expect((await validate(files, ["messages/a.yaml"])).code).toBe(0);
    const { code, stderr } = await validate(files, ["messages/sub", "other/c.yaml", "other"]);
    expect([code, stderr.match(/NUMBER_NOT_EXACT/g)?.length]).toEqual([1, 2]);
  });

  it("writes JSON to stdout", async () => {
    const { code, stdout, stderr } = await validate({ "messages/a.yaml": bad, "messages/b.yaml": good }, [
      "--format",
      "json",
    ]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      omitted: 0,
      problems: [
        { code: "NUMBER_NOT_EXACT", severity: "error", location: { file: "messages/a.yaml", line: 3, column: 11 } },
      ],
      manifests: [{ name: "b", queue: "orders", push: "once", messages: 1 }],
    });
  });

  it("writes annotations that GitHub parses, whatever names and texts contain", async () => {
    const { stdout } = await validate({ "messages/a,b%.yaml": "queue: orders\nmessages: 100%\n" }, [
      "--format",
      "github",
    ]);
    expect(stdout).toBe(
      "::error file=messages/a%2Cb%25.yaml,line=2,col=11,title=WRONG_TYPE::" +
        '"messages" is text, not a list. Write a list here.\n',
    );
  });

  it("writes a code quality report for GitLab", async () => {
    const twice = `${bad}  - body: 007\n`;
    const { code, stdout, stderr } = await validate({ "messages/a.yaml": twice, "messages/b.yaml": warned }, [
      "--format",
      "gitlab",
    ]);
    expect([code, stderr]).toEqual([1, ""]);
    const issues: { fingerprint: string }[] = JSON.parse(stdout);
    const number = {
      description:
        '"007" is a number that would be sent as 7. Quote it if it is text; otherwise write it in JSON notation.',
      check_name: "NUMBER_NOT_EXACT",
      severity: "critical",
    };
    expect(issues).toMatchObject([
      { ...number, location: { path: "messages/a.yaml", lines: { begin: 3 } } },
      { ...number, location: { path: "messages/a.yaml", lines: { begin: 4 } } },
      { check_name: "AMBIGUOUS_WORD", severity: "minor", location: { path: "messages/b.yaml", lines: { begin: 3 } } },
    ]);
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    const moved = await validate({ "messages/a.yaml": `\n\n${bad}` }, ["--format", "gitlab"]);
    expect(JSON.parse(moved.stdout)).toMatchObject([{ fingerprint: issues[0]?.fingerprint }]);
    expect((await validate({ "messages/a.yaml": good }, ["--format", "gitlab"])).stdout).toBe("[]\n");
  });

  it.each([
    ["github", "GITHUB_WORKSPACE", "file=seeds/messages/a.yaml,"],
    ["sarif", "GITHUB_WORKSPACE", '"uri": "seeds/messages/a.yaml"'],
    ["gitlab", "CI_PROJECT_DIR", '"path": "seeds/messages/a.yaml"'],
  ])("names files from the checkout's root, in %s", async (format, variable, expected) => {
    using root = temporaryFolder();
    writeFiles(root.path, { "seeds/messages/a.yaml": bad });
    const within = (folder: string) =>
      runHere(["validate", "--format", format], { cwd: join(root.path, "seeds"), env: { [variable]: folder } });
    expect((await within(root.path)).stdout).toContain(expected);
    // A folder that does not contain the project has no effect.
    for (const other of [join(root.path, "gone"), join(root.path, "seeds/messages")]) {
      expect((await within(other)).stdout).toContain(expected.replace("seeds/", ""));
    }
  });

  it("writes SARIF with a rule for each result", async () => {
    const { stdout } = await validate({ "messages/a b.yaml": `name: a\n${bad}` }, ["--format", "sarif"]);
    const [run] = JSON.parse(stdout).runs;
    const [result] = run.results;
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe("NUMBER_NOT_EXACT");
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "messages/a%20b.yaml" },
      region: { startLine: 4, startColumn: 11 },
    });
  });
});

describe("validate --stack", () => {
  const files = {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\nconfig:\n  region: { type: string, default: eu }\n",
    "Pulumi.prod.yaml": `config:
  shop:size: 5
  shop:key: { secure: AAABAN }
  queue-seeder:queues: { orders: { id: abc } }
  queue-seeder:production: ["prod*"]
`,
    "messages/a.yaml": `queue: orders
push: every_deploy
messages:
  - body: "\${config.region} \${config.size} \${secret.key} \${stack} \${project}"
  - body: "\${config.sise}"
`,
    "messages/b.yaml": "queue: order\nstacks: [prd]\nmessages:\n  - body: 1\n",
    "messages/c.yaml": "queue: order\nmessages:\n  - body: 1\n",
  };

  it("checks against the stack's configuration, as the Pulumi program does", async () => {
    const { code, stdout } = await validate(files, ["--stack", "prod", "--format", "json"]);
    expect(code).toBe(1);
    const found = JSON.parse(stdout).problems as { code: string; location: { file: string; line: number } }[];
    expect(found.map(({ code: each, location }) => `${location.file}:${location.line} ${each}`)).toEqual([
      "messages/a.yaml:2 PUSH_IN_PRODUCTION",
      "messages/a.yaml:5 VARIABLE_UNDEFINED",
      "messages/b.yaml:2 STACK_NEVER",
      "messages/c.yaml:1 QUEUE_UNKNOWN",
    ]);
  });

  it("checks bodies against the queue's schema and the manifest's own", async () => {
    const order = JSON.stringify({ type: "object", required: ["order"] });
    const { code, stdout } = await validate(
      {
        ...files,
        "Pulumi.prod.yaml": `config:
  queue-seeder:queues:
    orders: { id: abc, body_schema: ./schemas/order.json }
    gone: { id: abc, body_schema: schemas/gone.json }
    out: { id: abc, body_schema: ../order.json }
`,
        "schemas/order.json": order,
        "messages/own.json": JSON.stringify({ required: ["own"] }),
        "messages/a.yaml": "queue: orders\nbody_schema: own.json\nmessages:\n  - body: {}\n",
        "messages/b.yaml": "queue: gone\nmessages:\n  - body: {}\n",
        "messages/c.yaml": "queue: out\nmessages:\n  - body: {}\n",
      },
      ["--stack", "prod", "--format", "github"],
    );
    expect(code).toBe(1);
    expect(stdout.match(/file=\S+title=[A-Z_]+::.*/g)).toEqual([
      expect.stringMatching(/a\.yaml,line=4,.*BODY_NOT_VALID::.*'own'.*own\.json/),
      expect.stringMatching(/a\.yaml,line=4,.*BODY_NOT_VALID::.*'order'.*order\.json/),
      expect.stringMatching(/b\.yaml,line=1,.*FILE_UNREADABLE::.*queues\.gone\.body_schema/),
      expect.stringMatching(/c\.yaml,line=1,.*OUTSIDE_REPOSITORY::.*queues\.out\.body_schema/),
    ]);
  });

  it("reports errors in the configuration, at their locations, with everything else", async () => {
    const { code, stderr } = await validate(
      { ...files, "Pulumi.prod.yaml": "config:\n  queue-seeder:queues:\n    orders: { idd: 1 }\n" },
      ["--stack", "prod"],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("Pulumi.prod.yaml:3:5 error CONFIG_INVALID: ");
    expect(stderr.match(/QUEUE_UNKNOWN/g)).toHaveLength(1);
  });

  it("refuses a secret as the id of a queue, since every plan shows the id", async () => {
    const id = (value: string) => `config:\n  queue-seeder:queues:\n    orders:\n      id: ${value}\n`;
    const { code, stderr } = await validate({ ...files, "Pulumi.prod.yaml": id("{ secure: v1:AAAABAN:c29tZQ== }") }, [
      "--stack",
      "prod",
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("Pulumi.prod.yaml:4:7 error CONFIG_INVALID: ")]);
    expect(stderr).toContain('"queue-seeder:queues.orders.id": it is a secret, and plans show it');
    const plain = await validate({ ...files, "Pulumi.prod.yaml": id("secret") }, ["--stack", "prod"]);
    expect(plain.stderr).not.toContain("CONFIG_INVALID");
  });

  it("finds the stacks' files in the folder that Pulumi.yaml names", async () => {
    const { code, stderr } = await validate(
      {
        "Pulumi.yaml": "name: shop\nruntime: nodejs\nstackConfigDir: stacks\n",
        "stacks/Pulumi.dev.yaml": "config:\n  queue-seeder:queues: { orders: { id: abc } }\n",
        "messages/a.yaml": good,
        "messages/b.yaml": `stacks: [prod]\n${good}`,
      },
      ["--stack", "dev"],
    );
    expect([code, stderr.match(/[A-Z]+_[A-Z]+/g)]).toEqual([0, ["STACK_NEVER"]]);
  });

  it("never shows the ciphertext of a secret", async () => {
    const { stdout, stderr } = await validate(files, ["--stack", "prod"]);
    expect(stdout + stderr).not.toContain("AAABAN");
  });
});

describe("wrong usage", () => {
  it.each([
    [["--format", "xml"], "Allowed choices are text, json, github, gitlab, sarif"],
    [["--stck", "dev"], "Did you mean --stack"],
    [["gone.yaml"], "there is no file or folder gone.yaml"],
    [["--stack", "prd"], 'Known stacks: prod. Did you mean "prod"?'],
  ])("%j ends with 2 and says why", async (args, why) => {
    const { code, stdout, stderr } = await validate(
      { "messages/a.yaml": good, "Pulumi.yaml": "name: shop\n", "Pulumi.prod.yaml": "config: {}\n" },
      args,
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(why);
  });

  it("is not --help", async () => {
    const { code, stdout } = await validate({}, ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("0  no errors");
  });
});

describe.skipIf(skipWithout("script"))("validate at a terminal (skipped without the command script)", () => {
  it("shows frames that fit into its width", () => {
    using root = temporaryFolder();
    const text = `queue: orders\nmessages: [{ body: { a: "${"日本".repeat(500)}", b: 010, c: "${"日本".repeat(500)}" } }]\n`;
    writeFiles(root.path, { "messages/a.yaml": text });
    const command = `stty cols 50; exec '${process.execPath}' '${main}' validate`;
    const { stdout } = spawnSync("script", ["-qefc", command, "/dev/null"], { cwd: root.path, encoding: "utf8" });
    const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
    const frame = lines.filter((line) => /^[ \d]+ \|/.test(line));
    const columns = frame.map((line) => [...line].reduce((sum, char) => sum + (char > "\u3000" ? 2 : 1), 0));
    expect(frame[1]).toContain('本", b: 010, c: "日');
    expect(columns[1]).toBeGreaterThan(45);
    expect(Math.max(...columns)).toBeLessThanOrEqual(50);
  });
});
