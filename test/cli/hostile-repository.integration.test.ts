import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { escaped, hostile, wrongWith } from "../support/hostile.ts";
import { runHere } from "./support/run-here.ts";

/** Escaped as in JSON, which YAML reads as well. */
const text = escaped(hostile);
/** The part of it that is valid in a file name. */
const name = hostile.toWellFormed().replaceAll("\u0000", "").replaceAll("/", "").slice(0, 60);
const own = /^::(?:error|warning|notice) /;

/** Hostile text in every place that a message to the user may repeat. */
const files: Readonly<Record<string, string>> = {
  "Pulumi.yaml": `name: ${text}\nruntime: nodejs\n`,
  "Pulumi.dev.yaml": [
    "config:",
    `  queue-seeder:production: ${text}`,
    `  queue-seeder:inDoubt: ${text}`,
    "  queue-seeder:queues:",
    `    orders: { id: ${text}, body_schema: schemas/queue.json, ${text}: 1 }`,
    `    ${text}: { create: true }`,
    `  shop:${name.replace(/[^a-z]/g, "")}: ${text}`,
    "",
  ].join("\n"),
  [`messages/${name}.yaml`]: `queue: orders\nmessages: []\n${text}: 1\n`,
  [`messages/${name}/inside.yaml`]: `name: ${text}\nqueue: ${text}\nmessages: [{ body: 1 }]\n`,
  "messages/keys.yaml": `queue: orders\n${text}: 1\nmessages:\n  - { body: { ${text}: 1, ${text}: 2 }, ${text}: 3 }\n`,
  "messages/values.yaml": `queue: orders\npush: ${text}\nstacks: [${text}]\nafter: [${text}]\nmoved_from: [${text}]\nenv: [${text}]\nmessages:\n  - { id: ${text}, body: 1, content_type: ${text}, delay_seconds: ${text} }\n`,
  "messages/after.yaml": `queue: orders\nafter: [${text}]\nmessages: [{ body: 1 }]\n`,
  "messages/variables.yaml": `queue: orders\nenv: [A]\nmessages:\n  - body: [${JSON.stringify(`\${${hostile.toWellFormed().replaceAll("}", "")}}`)}, "\${config.\u00a0x}", "\${env.\u202eA}", "\${secret.\u200b}"]\n`,
  "messages/tags.yaml": "queue: orders\nmessages:\n  - body: !\u202eevil 1\n  - body: *\u2066alias\n",
  "messages/syntax.yaml": `queue: "${name}\n  - [`,
  "messages/data.yaml": `queue: orders\nsource: { file: ${JSON.stringify(`${name}.csv`)}, types: { a: integer } }\n`,
  "messages/gone.yaml": `queue: orders\nsource: { file: ${text} }\n`,
  "messages/csv.yaml": `queue: orders\nsource: { file: d.csv, map: { body: "\${row.name}" } }\n`,
  "messages/d.csv": `id,"${hostile.replaceAll('"', '""')}"\n1,x\n`,
  "messages/cells.yaml": "queue: orders\nsource: { file: cells.csv, types: { a: integer } }\n",
  "messages/cells.csv": `a\n"${hostile.replaceAll('"', '""')}"\n`,
  "messages/rows.yaml": "queue: orders\nsource: { file: rows.ndjson }\n",
  "messages/rows.ndjson": `{${text}: 1, ${text}: 2}\n{"a": \u001b[31m}\n${text} ${text}\n`,
  "messages/schema.yaml": "queue: orders\nbody_schema: s.json\nmessages: [{ body: 1 }]\n",
  "messages/s.json": `{ "type": ${text}, ${text}: 1, "$ref": ${text}, "required": [${text}, ${text}] }\n`,
  "messages/checked.yaml": `queue: orders\nbody_schema: t.json\nmessages: [{ body: { ${text}: ${text} } }]\n`,
  "messages/t.json": `{ "additionalProperties": false, "required": [${text}], "properties": { "a": { "const": ${text} } } }\n`,
  "messages/allow.yaml": "# queue-seeder: allow NO_SUCH\u202e\nqueue: orders\nmessages: [{ body: 1 }]\n",
  "schemas/queue.json": `{ "type": "object", ${text}: {} }\n`,
};

let root: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  root = temporaryFolder();
  writeFiles(root.path, files);
  mkdirSync(join(root.path, "messages/folder.yaml"));
  symlinkSync(name, join(root.path, `messages/link-${name}.yaml`));
  symlinkSync(`loop-${name}.yaml`, join(root.path, `messages/loop-${name}.yaml`));
  writeFileSync(
    Buffer.concat([Buffer.from(join(root.path, "messages/latin-")), Buffer.from([0xe9]), Buffer.from(".yaml")]),
    "",
  );
});
afterAll(() => root[Symbol.dispose]());

describe("a hostile repository", () => {
  it("is as hostile as intended", () => {
    expect(readdirSync(join(root.path, "messages")).filter((each) => each.includes("\u001b"))).toHaveLength(4);
  });

  it.each(["text", "json", "github", "gitlab", "sarif"])(
    "shows nothing as it is in `validate --format %s`",
    async (format) => {
      for (const stack of [[], ["--stack", "dev"]]) {
        const { code, stdout, stderr } = await runHere(["validate", "--format", format, ...stack], { cwd: root.path });
        const output = format === "text" ? stderr : stdout;
        expect({ code, wrong: wrong(stdout + stderr) }).toEqual({ code: 1, wrong: [] });
        expect(output.length).toBeGreaterThan(5_000);
        if (format !== "text") expect(stderr).toBe("");
        if (["json", "gitlab", "sarif"].includes(format)) JSON.parse(stdout);
      }
    },
  );

  it.each(["text", "json", "github", "markdown"])("shows nothing as it is in `plan --format %s`", async (format) => {
    const { code, stdout, stderr } = await runHere(["plan", "--stack", "dev", "--format", format], { cwd: root.path });
    expect({ code, wrong: wrong(stdout + stderr) }).toEqual({ code: 1, wrong: [] });
    expect(stdout + stderr).toContain("Correct the errors above");
  });

  const commands: readonly (readonly string[])[] = [
    ["status", "--stack", "dev"],
    ["up", "--stack", "dev", "--yes"],
    ["report", "--stack", "dev", "--out", `/none/${name}`],
    ["settle", name, "--pushed", "--stack", "dev", "--yes"],
    ["baseline", name, "--stack", "dev", "--yes"],
    ["forget", name, "--stack", "dev", "--yes"],
    ["demo", "--stack", "dev"],
    ["validate", name],
    ["validate", `--${name}`],
    ["validate", "--stack", name],
    ["validate", "--format", name],
    ["plan", "--stack", name],
    ["up", "--yes", "--stack", "dev", "--expect", name],
    ["emulate", "--queue", name],
    ["emulate", "--fault", name],
    ["emulate", "--worker", name],
    ["emulate", "--status", name],
    ["init", "--yes", "--name", name],
    ["init", "--yes", "--queue", name],
    [name],
    ["help", name],
  ];

  it.each(commands.map((args, index) => ({ command: args[0] === name ? "NAME" : args[0], index })))(
    "shows nothing as it is in `$command`, call $index",
    async ({ index }) => {
      const { code, stdout, stderr } = await runHere(commands[index] ?? [], { cwd: root.path });
      expect({ code: code === 0 ? 0 : "failed", wrong: wrong(stdout + stderr) }).toEqual({ code: "failed", wrong: [] });
      expect(stdout + stderr).not.toBe("");
    },
  );

  it("completes no stack from a hostile file name", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { [`Pulumi.${name}.yaml`]: "", "Pulumi.dev.yaml": "", "Pulumi.a\u001b[31mb.yaml": "" });
    const { stdout } = await runHere(["complete", "--", "plan", "--stack", ""], { cwd: folder.path });
    expect(stdout).toBe("dev\t\n:nothing\n");
  });
});

function wrong(output: string): readonly string[] {
  return output.split("\n").flatMap((line) => wrongWith(line.replace(own, "")));
}
