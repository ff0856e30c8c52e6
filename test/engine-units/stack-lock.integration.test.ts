import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, it } from "vitest";
import { isProcessDead, parseLockHolder } from "../../src/engine/stack-lock.ts";

it("reads the holder of a stack whose state is in a folder", () => {
  const text = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/tiny/dev/abc.json?no_tmp_dir=true: created by ann@box (pid 123) at 2026-11-26T11:00:00Z
`;
  expect(parseLockHolder(text)).toEqual({
    text: "ann@box (pid 123) since 2026-11-26T11:00:00Z",
    user: "ann",
    host: "box",
    pid: 123,
    since: "2026-11-26T11:00:00Z",
  });
});

it("reports what it can if Pulumi reports less", () => {
  expect(parseLockHolder("error: the stack is currently locked by 2 lock(s).")).toEqual({ text: "an unknown user" });
  expect(parseLockHolder("error: [409] Conflict: Another update is currently in progress.")?.text).toMatch(
    /another update/,
  );
});

it("treats nothing else as a lock", () => {
  expect(parseLockHolder("error: update failed")).toBeUndefined();
});

it("recognizes a holder on this machine that has ended, and assumes it of no other", () => {
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const here = { text: "", host: hostname() };
  expect(isProcessDead({ ...here, pid: ended })).toBe(true);
  expect(isProcessDead({ ...here, pid: process.pid })).toBe(false);
  expect(isProcessDead({ text: "", host: "another machine", pid: ended })).toBe(false);
  expect(isProcessDead(here)).toBe(false);
});
