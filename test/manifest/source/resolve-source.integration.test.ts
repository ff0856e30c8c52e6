import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DataFileError, loadManifests, readAllMessages } from "../../../src/manifest/index.ts";
import { run } from "../../cli/support/run.ts";
import { loadFiles, temporaryFolder, writeFiles } from "../support/fixture.ts";

const manifest = (file: string, more = "") => `queue: orders\nsource:\n  file: ${file}\n${more}`;

describe("the name of a data file", () => {
  it.each([
    ["rows.csv.br", "DATA_COMPRESSION", "compressed with Brotli"],
    ["rows.csv.bz2", "DATA_COMPRESSION", "compressed with bzip2"],
    ["rows.NDJSON.XZ", "DATA_COMPRESSION", "compressed with xz"],
    ["rows.json.lz4", "DATA_COMPRESSION", "compressed with LZ4"],
    ["rows.csv.Z", "DATA_COMPRESSION", "compressed with compress"],
    ["rows.zip", "DATA_COMPRESSION", "a ZIP archive"],
    ["rows.csv.zip", "DATA_COMPRESSION", "a ZIP archive"],
    ["rows.7z", "DATA_COMPRESSION", "a 7z archive"],
    ["rows.tar.gz", "DATA_COMPRESSION", "a tar archive"],
    ["rows.tgz", "DATA_COMPRESSION", "a tar archive"],
    ["rows.xlsx", "DATA_FORMAT", "a workbook"],
    ["rows.parquet", "DATA_FORMAT", "a Parquet file"],
    ["rows.avro", "DATA_FORMAT", "an Avro file"],
    ["rows.tsv", "DATA_FORMAT", "a tab-separated file"],
  ])("is reported if its format is not supported: %s", async (name, code, what) => {
    const files = { "messages/a.yaml": manifest(name), [`messages/${name}`]: "a\n1\n" };
    const { problems } = await loadFiles(files);
    expect(problems).toEqual([
      expect.objectContaining({ code, location: { file: "messages/a.yaml", line: 3, column: 9 } }),
    ]);
    expect(problems[0]?.message).toBe(`"messages/${name}" is ${what}, which is not supported`);
    expect(problems[0]?.hint).toMatch(/^(Decompress|Unpack|Export|Write "format: csv", and delimiter: "\\t" in)/);
  });

  it.each([
    ["rows.bz2", "  format: csv\n  compression: none\n", "a\n1\n"],
    ["rows.tar", "  format: csv\n  compression: gzip\n", gzipSync("a\n1\n")],
    ["rows.tsv", '  format: csv\n  delimiter: "\\t"\n', "a\n1\n"],
    ["rows.parquet", "  format: csv\n", "a\n1\n"],
  ])("is overridden by the manifest: %s", async (name, more, text) => {
    const { problems, manifests } = await loadFiles({
      "messages/a.yaml": manifest(name, more),
      [`messages/${name}`]: text,
    });
    expect(problems).toEqual([]);
    expect(manifests[0]?.content).toMatchObject({ size: { messages: 1 } });
  });
});

describe("the delimiter", () => {
  it("that was meant as a tab is reported, with what to write", async () => {
    const files = (delimiter: string) => ({
      "messages/a.yaml": manifest("rows.csv", `  delimiter: ${delimiter}\n`),
      "messages/rows.csv": "id\tname\n1\tAnn\n",
    });
    const hint = 'Write "\\t" in double quotes, which YAML parses as a tab.';
    for (const written of ["\\t", "'\\t'"]) {
      const { problems } = await loadFiles(files(written));
      expect(problems).toEqual([
        expect.objectContaining({
          code: "VALUE_NOT_ALLOWED",
          message: '"source.delimiter" is a backslash and a t',
          hint,
        }),
      ]);
    }
    expect((await loadFiles(files('"\\t"'))).problems).toEqual([]);
    expect((await loadFiles(files("tab"))).problems[0]?.hint).toContain('a tab as "\\t" in double quotes');
  });
});

/** Writes manifests whose data files the file system cannot provide. */
function writeFaults(root: string): Readonly<Record<string, string>> {
  const long = "x".repeat(300);
  mkdirSync(join(root, "data/folder.csv"), { recursive: true });
  writeFileSync(join(root, "data/file"), "");
  symlinkSync("loop.csv", join(root, "data/loop.csv"));
  symlinkSync("gone.csv", join(root, "data/dangling.csv"));
  execFileSync("mkfifo", [join(root, "data/pipe.csv")]);
  const faults = {
    "loop.csv": '"data/loop.csv" cannot be read: its symbolic links lead in a circle (ELOOP)',
    "dangling.csv": '"data/dangling.csv" cannot be read: the link leads nowhere',
    "pipe.csv": '"data/pipe.csv" cannot be read: it is a named pipe, not a regular file',
    "folder.csv": '"data/folder.csv" is a folder',
    "none.csv": 'the file "data/none.csv" does not exist',
    "file/rows.csv": '"data/file/rows.csv" cannot be read: a part of its path is a file, not a folder (ENOTDIR)',
    [`${long}.csv`]: `"data/${"x".repeat(55)}…" cannot be read: its name is longer than the file system allows (ENAMETOOLONG)`,
  };
  writeFiles(
    root,
    Object.fromEntries(
      Object.keys(faults).map((file, index) => [`messages/${index}.yaml`, manifest(`../data/${file}`)]),
    ),
  );
  return faults;
}

describe("an unreadable data file", () => {
  it("is a problem at the place where the manifest names it", async () => {
    using root = temporaryFolder();
    const faults = writeFaults(root.path);
    const { problems } = await loadManifests({ root: root.path });
    expect(problems.map(({ code, location }) => [code, location])).toEqual(
      Object.keys(faults).map((_, index) => [
        "FILE_UNREADABLE",
        { file: `messages/${index}.yaml`, line: 3, column: 9 },
      ]),
    );
    expect(problems.map(({ message }) => message)).toEqual(Object.values(faults));
  });

  it.each(["text", "json", "github", "gitlab", "sarif"])("leaves the output whole in the format %s", async (format) => {
    using root = temporaryFolder();
    const faults = Object.keys(writeFaults(root.path));
    const { code, stdout, stderr } = await run(["validate", "--format", format], { cwd: root.path });
    expect(code).toBe(1);
    const out = format === "text" ? stderr : stdout;
    if (["json", "gitlab", "sarif"].includes(format)) expect(() => JSON.parse(out)).not.toThrow();
    for (const [index] of faults.entries()) expect(out).toContain(`messages/${index}.yaml`);
    expect(out.match(/FILE_UNREADABLE/g)?.length).toBeGreaterThanOrEqual(faults.length);
    expect(stdout + stderr).not.toContain(root.path);
  });

  const refused = 'a.yaml:3:9 FILE_UNREADABLE: "messages/rows.csv" cannot be read: ';

  it.each([
    ["goes away", () => {}, `${refused}no such file`],
    ["becomes a folder", (path: string) => mkdirSync(path), `${refused}it is a folder`],
    ["becomes a link to itself", (path: string) => symlinkSync("rows.csv", path), refused],
    ["becomes shorter", (path: string) => writeFileSync(path, "a,b\n1"), "rows.csv:2:1 DATA_NOT_CSV"],
  ])("between two reads is reported at its place: it %s", async (_, put, expected) => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": manifest("rows.csv"), "messages/rows.csv": "a,b\n1,2\n3,4\n" });
    const { manifests, problems } = await loadManifests({ root: root.path });
    expect(problems).toEqual([]);
    rmSync(join(root.path, "messages/rows.csv"));
    put(join(root.path, "messages/rows.csv"));
    const content = manifests[0]?.content;
    if (content === undefined) throw new Error("there is no manifest");
    const reading = readAllMessages(content);
    await expect(reading).rejects.toThrow(DataFileError);
    await expect(reading).rejects.toThrow(`messages/${expected}`);
  });
});
