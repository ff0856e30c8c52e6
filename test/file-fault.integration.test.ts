import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  describeFileError,
  describeSystemError,
  inspectPath,
  isFileError,
  openRegularFile,
} from "../src/file-error.ts";
import { temporaryFolder } from "./manifest/support/fixture.ts";

const long = "x".repeat(300);

describe("a path", () => {
  it("leads to a file, a folder or nothing", () => {
    using root = temporaryFolder();
    writeFileSync(join(root.path, "file"), "12345");
    symlinkSync("file", join(root.path, "link"));
    mkdirSync(join(root.path, "folder"));
    expect(["file", "link", "folder", "none"].map((name) => inspectPath(join(root.path, name)))).toEqual([
      { kind: "file", size: 5 },
      { kind: "file", size: 5 },
      { kind: "folder" },
      { kind: "missing" },
    ]);
  });

  it("is unreadable, with the reason and without the path", async () => {
    using root = temporaryFolder();
    const at = (name: string) => join(root.path, name);
    writeFileSync(at("file"), "");
    symlinkSync("loop", at("loop"));
    symlinkSync("nothing", at("dangling"));
    execFileSync("mkfifo", [at("pipe")]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
    const found = ["loop", "dangling", "pipe", "socket", "file/below", long, "nul\0"].map((name) =>
      inspectPath(at(name)),
    );
    await new Promise((resolve) => server.close(resolve));
    expect(
      [...found, inspectPath("/dev/null")].map((each) => (each.kind === "fault" ? each.reason : each.kind)),
    ).toEqual([
      "its symbolic links lead in a circle (ELOOP)",
      "the link leads nowhere",
      "it is a named pipe, not a regular file",
      "it is a socket, not a regular file",
      "a part of its path is a file, not a folder (ENOTDIR)",
      "its name is longer than the file system allows (ENAMETOOLONG)",
      "its name contains a NUL character (ERR_INVALID_ARG_VALUE)",
      "it is a device, not a regular file",
    ]);
    expect(JSON.stringify(found)).not.toContain(root.path);
  });
});

it("opens only regular files, and waits for no pipe", () => {
  using root = temporaryFolder();
  execFileSync("mkfifo", [join(root.path, "pipe")]);
  const why = [join(root.path, "pipe"), root.path, "/dev/null", join(root.path, long)].map((path) => {
    try {
      return openRegularFile(path);
    } catch (error) {
      expect(isFileError(error)).toBe(true);
      return describeFileError(error).reason;
    }
  });
  expect(why).toEqual([
    "it is a named pipe, not a regular file",
    "it is a folder",
    "it is a device, not a regular file",
    "its name is longer than the file system allows (ENAMETOOLONG)",
  ]);
});

it.each([
  ["EACCES", "permission denied (EACCES)"],
  ["EPERM", "operation not permitted (EPERM)"],
  ["EIO", "i/o error (EIO)"],
  ["ENOENT", "no such file or directory (ENOENT)"],
  ["EMADEUP", "EMADEUP"],
])("describes %s without the path that the system names", (code, reason) => {
  const error = Object.assign(new Error(`${code}: open '/home/ann/secret'`), { code });
  expect(describeFileError(error)).toEqual({ reason, hint: expect.stringMatching(/^[A-Z].*\.$/) });
});

it("has no reason for anything but a system error", () => {
  expect([describeSystemError(new Error("boom")), describeSystemError("text"), isFileError(new Error("boom"))]).toEqual(
    ["unknown reason", "unknown reason", false],
  );
});
