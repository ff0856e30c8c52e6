import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toText } from "../../src/cli/shared/problems/text.ts";
import { checkManifests } from "../../src/cli/validate/run.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { skipWithout } from "../support/programs.ts";
import { main } from "./support/run.ts";

const one = "queue: orders\nmessages: [{ body: 1 }]\n";
const from = (file: string) => `queue: orders\nsource: { file: ${file} }\n`;
const by = (file: string) => `queue: orders\nbody_schema: ${file}\nmessages: [{ body: 1 }]\n`;
const long = "x".repeat(256);

/** The expected reason, by location. Every format contains each of them once. */
const expected: Readonly<Record<string, string>> = {
  "Pulumi.dev.yaml:1": "permission denied (EACCES)",
  "messages/circle.yaml:1": "its symbolic links lead in a circle (ELOOP)",
  "messages/dangling.yaml:1": "the link leads nowhere",
  "messages/folder.yaml/inside.yaml:1": "permission denied (EACCES)",
  "messages/locked:1": "permission denied (EACCES)",
  "messages/latin-\\xe9.yaml:1": "is not UTF-8",
  "messages/latin-\\xfc:1": "is not UTF-8",
  "messages/pipe.yaml:1": "it is a named pipe, not a regular file",
  "messages/socket.yaml:1": "it is a socket, not a regular file",
  "messages/data-locked.yaml:2": "permission denied (EACCES)",
  "messages/s-locked.json:1": "permission denied (EACCES)",
  ...Object.fromEntries(
    ["data", "schema"].flatMap((kind) => [
      [`messages/${kind}-circle.yaml:2`, "its symbolic links lead in a circle (ELOOP)"],
      [`messages/${kind}-long.yaml:2`, "its name is longer than the file system allows (ENAMETOOLONG)"],
      [`messages/${kind}-below.yaml:2`, "a part of its path is a file, not a folder (ENOTDIR)"],
      [`messages/${kind}-pipe.yaml:2`, "it is a named pipe, not a regular file"],
      [`messages/${kind}-folder.yaml:2`, "is a folder"],
      [`messages/${kind}-gone.yaml:2`, "does not exist"],
      [`messages/${kind}-case.yaml:2`, "exists, but this system treats it as another name"],
      [`messages/${kind}-inside.yaml:2`, "permission denied (EACCES)"],
    ]),
  ),
};

let root: ReturnType<typeof temporaryFolder>;
let server: Server;
beforeAll(async () => {
  root = temporaryFolder();
  const files = [
    "circle.yaml",
    `${long}.json`,
    "sound.yaml/x.json",
    "pipe.yaml",
    "dots",
    "gone.json",
    "OTHER.JSON",
    "locked/x.json",
  ];
  const named = ["circle", "long", "below", "pipe", "folder", "gone", "case", "inside"];
  writeFiles(root.path, {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "Pulumi.dev.yaml": "config: {}\n",
    "messages/sound.yaml": one,
    "messages/other.json": "{}",
    "messages/dots/README": "",
    "messages/folder.yaml/inside.yaml": one,
    "messages/locked/b.yaml": one,
    "messages/locked.ndjson": "1\n",
    "messages/data-locked.yaml": from("locked.ndjson"),
    "messages/s-locked.json": "{}",
    "messages/schema-locked.yaml": by("s-locked.json"),
    ...Object.fromEntries(named.map((name, at) => [`messages/data-${name}.yaml`, from(files[at] ?? "")])),
    ...Object.fromEntries(named.map((name, at) => [`messages/schema-${name}.yaml`, by(files[at] ?? "")])),
  });
  const at = (path: string) => join(root.path, "messages", path);
  symlinkSync("circle.yaml", at("circle.yaml"));
  symlinkSync("nothing", at("dangling.yaml"));
  execFileSync("mkfifo", [at("pipe.yaml")]);
  writeFileSync(Buffer.from(at("latin-\u00e9.yaml"), "latin1"), "");
  mkdirSync(Buffer.from(at("latin-\u00fc"), "latin1"));
  for (const path of ["folder.yaml/inside.yaml", "locked", "locked.ndjson", "s-locked.json", "../Pulumi.dev.yaml"]) {
    chmodSync(at(path), 0);
  }
  server = createServer();
  await new Promise<void>((resolve) => server.listen(at("socket.yaml"), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  root[Symbol.dispose]();
});

/** Root can read every file, unless the process drops that capability. */
const powerless = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

describe.skipIf(powerless.length > 0 && skipWithout("setpriv"))(
  "an unreadable file (skipped if root has no setpriv)",
  () => {
    const validate = (format: string) => {
      const [file = "", ...args] = [
        ...powerless,
        process.execPath,
        main,
        "validate",
        "--stack",
        "dev",
        "--format",
        format,
      ];
      const { status, stdout, stderr } = spawnSync(file, args, {
        cwd: root.path,
        encoding: "utf8",
        env: { PATH: process.env.PATH },
      });
      return { code: status, stdout, stderr };
    };
    const places = (logged: readonly (readonly [place: string, text: string])[]) => {
      const unreadable = logged.filter(([, text]) => text !== "");
      return Object.fromEntries(
        unreadable.map(([location, text]) => [
          location,
          text.includes(expected[location] ?? "nothing") ? expected[location] : text,
        ]),
      );
    };

    it("is reported at its location as text", () => {
      const { code, stdout, stderr } = validate("text");
      const logged = stderr.split("\n\n").flatMap((each) => {
        const [, location = "", text] = /^(\S+:\d+):\d+ error FILE_UNREADABLE: ([\s\S]*)$/.exec(each) ?? [];
        return text === undefined ? [] : [[location, text] as const];
      });
      expect({ code, stdout, told: places(logged) }).toEqual({ code: 1, stdout: "", told: expected });
      expect(stderr).not.toContain(root.path);
    });

    it("is reported at its location as JSON", () => {
      const { code, stdout, stderr } = validate("json");
      const problems: readonly {
        code: string;
        message: string;
        hint: string;
        location: { file: string; line: number };
      }[] = JSON.parse(stdout).problems;
      const logged = problems.map(
        ({ location, message, hint }) => [`${location.file}:${location.line}`, `${message} ${hint}`] as const,
      );
      expect({ code, stderr, told: places(logged) }).toEqual({ code: 1, stderr: "", told: expected });
      expect(new Set(problems.map((each) => each.code))).toEqual(new Set(["FILE_UNREADABLE"]));
    });

    it("is reported at its location as annotations", () => {
      const { code, stdout, stderr } = validate("github");
      const logged = stdout.split("\n").flatMap((line) => {
        const [, file, number, text = ""] =
          /^::error file=(.*),line=(\d+),col=\d+,title=FILE_UNREADABLE::(.*)$/.exec(line) ?? [];
        return file === undefined ? [] : [[`${file}:${number}`, text] as const];
      });
      expect({ code, stderr, told: places(logged) }).toEqual({ code: 1, stderr: "", told: expected });
    });

    it("is reported at its location for GitLab", () => {
      const { code, stdout, stderr } = validate("gitlab");
      const logged = JSON.parse(stdout).map(
        ({ location, description }: { location: { path: string; lines: { begin: number } }; description: string }) =>
          [`${location.path}:${location.lines.begin}`, description] as const,
      );
      expect({ code, stderr, told: places(logged) }).toEqual({ code: 1, stderr: "", told: expected });
    });

    it("is reported at its location as SARIF", () => {
      const { code, stdout, stderr } = validate("sarif");
      const results: readonly {
        message: { text: string };
        locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
      }[] = JSON.parse(stdout).runs[0].results;
      const logged = results.map(({ message, locations: [first] }) => {
        const { artifactLocation, region } = first?.physicalLocation ?? {
          artifactLocation: { uri: "" },
          region: { startLine: 0 },
        };
        return [`${decodeURIComponent(artifactLocation.uri)}:${region.startLine}`, message.text] as const;
      });
      expect({ code, stderr, told: places(logged) }).toEqual({ code: 1, stderr: "", told: expected });
    });
  },
);

it("is named if it is the folder of manifests: a file, a pipe or a circle of links", async () => {
  const codes = async (make: (path: string) => void) => {
    using folder = temporaryFolder();
    make(join(folder.path, "messages"));
    const { problems } = await checkManifests(folder.path, [], undefined);
    return problems.map(({ code, location, message }) => `${location.file}:${location.line} ${code}: ${message}`);
  };
  expect(await codes((path) => writeFileSync(path, ""))).toEqual([
    "messages:1 FOLDER_MISSING: this is a file, not a folder",
  ]);
  expect(await codes((path) => execFileSync("mkfifo", [path]))).toEqual([
    "messages:1 FILE_UNREADABLE: the file cannot be read: it is a named pipe, not a regular file",
  ]);
  expect(await codes((path) => symlinkSync("messages", path))).toEqual([
    "messages:1 FILE_UNREADABLE: the file cannot be read: its symbolic links lead in a circle (ELOOP)",
  ]);
  expect(await codes((path) => symlinkSync("none", path))).toEqual([
    "messages:1 FILE_UNREADABLE: the file cannot be read: the link leads nowhere",
  ]);
});

it.each(["gone", "a pipe", "a folder", "a circle of links"])(
  "has its problems shown even if it is %s by then",
  async (then) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "messages/a.yaml": "queue: orders\nmessages: [{ body: 010 }]\n" });
    const checked = await checkManifests(folder.path, [], undefined);
    const path = join(folder.path, "messages/a.yaml");
    rmSync(path);
    if (then === "a pipe") execFileSync("mkfifo", [path]);
    if (then === "a folder") mkdirSync(path);
    if (then === "a circle of links") symlinkSync("a.yaml", path);
    const text = toText(folder.path, checked);
    expect(text).toMatch(/^messages\/a\.yaml:2:20 error NUMBER_NOT_EXACT: [^\n]*\nQuote it/);
  },
);
