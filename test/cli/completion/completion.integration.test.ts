import { execFile } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { complete, toLines } from "../../../src/cli/completion/complete.ts";
import { buildProgram } from "../../../src/cli/program.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { skipWithout } from "../../support/programs.ts";
import { main } from "../support/run.ts";

const values = (words: readonly string[], folder = "/") =>
  complete(buildProgram(), words, folder).candidates.map(({ value }) => value);

describe("a completion", () => {
  it("offers commands first, without internal ones", () => {
    expect(values([""])).toEqual(expect.arrayContaining(["validate", "emulate", "completion", "help"]));
    expect(values([""])).not.toContain("complete");
    expect(values(["va"])).toEqual(["validate"]);
  });

  it("is an option after a dash", () => {
    expect(values(["validate", "--f"])).toEqual(["--format"]);
    expect(values(["--v"])).toEqual(["--version"]);
    expect(values(["export", "orders-dead", "--t"])).toEqual(["--take", "--to"]);
    expect(values(["validate", "--", "--f"])).toEqual([]);
  });

  it("is one of the values of an option, in either spelling of the option", () => {
    expect(values(["validate", "--format", ""])).toEqual(["text", "json", "github", "gitlab", "sarif"]);
    expect(values(["status", "--format", ""])).toEqual(["text", "json", "prometheus"]);
    expect(values(["validate", "--format=js"])).toEqual(["--format=json"]);
    expect(values(["validate", "--format", "=", "js"])).toEqual(["json"]);
    expect(values(["validate", "--format", "="])).toHaveLength(5);
    expect(values(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
    expect(values(["completion", "bash", ""])).toEqual([]);
  });

  it("is a stack of the folder", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "Pulumi.yaml": "", "Pulumi.dev.yaml": "", "Pulumi.prod.yml": "" });
    expect(values(["validate", "--stack", ""], folder.path).sort()).toEqual(["dev", "prod"]);
  });

  it("is a file if the definition says so", () => {
    const also = (...words: string[]) => complete(buildProgram(), words, "/").pathKind;
    expect(also("validate", "a.yaml", "")).toBe("files");
    expect(also("emulate", "--persist", "")).toBe("files");
    expect(also("emulate", "--token", "")).toBe("nothing");
    expect(also("emulate", "")).toBe("nothing");
  });

  it("is passed to the shell one per line", () => {
    const candidates = [{ value: "a", description: "two\n words" }];
    expect(toLines({ candidates, pathKind: "files" })).toBe("a\ttwo words\n:files\n");
  });
});

/** Creates a folder with the command on the PATH, and two files that share a prefix. */
function playground() {
  const folder = temporaryFolder();
  writeFiles(folder.path, {
    "bin/queue-seeder": `#!/bin/sh\nif [ "$1" = complete ] || [ "$1" = completion ]; then exec "${process.execPath}" "${main}" "$@"; fi\necho "ARGS<$*>"\n`,
    "mess ages.yaml": "",
    "other.yaml": "",
  });
  mkdirSync(join(folder.path, "home"));
  chmodSync(join(folder.path, "bin/queue-seeder"), 0o755);
  const env = {
    PATH: `${join(folder.path, "bin")}:${process.env.PATH}`,
    HOME: join(folder.path, "home"),
    TERM: "dumb",
  };
  const shell = async (name: string, args: readonly string[]) =>
    (await promisify(execFile)(name, args, { cwd: folder.path, env })).stdout;
  return { shell, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Completes as bash does: the function reads the words and fills COMPREPLY. */
const inBash = (...words: readonly string[]) => `
  source <(queue-seeder completion bash)
  source <(queue-seeder completion bash)
  COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
  COMP_CWORD=${words.length - 1}
  $(complete -p queue-seeder | sed -E 's/.*-F ([^ ]+).*/\\1/')
  printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Runs zsh in a terminal: types the text, TAB and Enter; the command prints its arguments. */
const inZsh = (typed: string) => `
  zmodload zsh/zpty
  zpty t zsh -f -i
  zpty -w t "PS1=READ'Y>'; autoload -Uz compinit; compinit -u -D; source <(queue-seeder completion zsh)"
  zpty -r t shown '*READY>*'
  zpty -n -w t $'${typed}\\t\\n'
  zpty -r t shown '*ARGS<*>*'
  print -r -- "$shown"
  zpty -d t
`;

describe("in a real bash", () => {
  it("completes commands, values and files", async () => {
    using ground = playground();
    const reply = async (...words: string[]) =>
      (await ground.shell("bash", ["--norc", "-c", inBash("queue-seeder", ...words)])).trimEnd();
    expect(await reply("va")).toBe("validate");
    expect(await reply("validate", "--format", "=", "js")).toBe("json");
    expect(await reply("validate", "mess")).toBe("mess ages.yaml");
    expect(await reply("emulate", "$(touch hacked)")).toBe("");
    expect(await ground.shell("ls", [])).toBe("bin\nhome\nmess ages.yaml\nother.yaml\n");
  });
});

// Not every machine has zsh and fish. Their scripts differ from the one for bash only in how they pass the words.
describe.skipIf(skipWithout("zsh"))("in a real zsh", () => {
  it("completes commands, values and files", async () => {
    using ground = playground();
    const called = async (typed: string) =>
      /.*ARGS<(.*)>/s.exec(await ground.shell("zsh", ["-f", "-c", inZsh(typed)]))?.[1];
    expect(await called("queue-seeder va")).toBe("validate");
    expect(await called("queue-seeder validate --format=js")).toBe("validate --format=json");
    expect(await called("queue-seeder validate oth")).toBe("validate other.yaml");
  });
});

describe.skipIf(skipWithout("fish"))("in a real fish", () => {
  it("completes commands, values and files", async () => {
    using ground = playground();
    const reply = async (typed: string) =>
      await ground.shell("fish", ["-N", "-c", `queue-seeder completion fish | source; complete -C '${typed}'`]);
    expect(await reply("queue-seeder va")).toMatch(/^validate\t/);
    expect(await reply("queue-seeder validate --format=js")).toBe("--format=json\n");
    expect(await reply("queue-seeder validate oth")).toMatch(/^other.yaml(\t|\n)/);
  });
});
