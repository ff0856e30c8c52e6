import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findDeployer } from "../../src/config/deployer.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deployer-"));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true }));

const git = (name: string) => execFileSync("git", ["config", "user.name", name], { cwd: folder });
const named = (env: Record<string, string>, configured?: string) => findDeployer({ env, configured, folder });

it("names the pipeline's actor, not the user of the machine", () => {
  git("Ada Lovelace");
  expect(named({ GITHUB_ACTOR: "ada", USER: "runner" })).toBe("ada");
  expect(named({ GITHUB_ACTOR: "ada", GITHUB_TRIGGERING_ACTOR: "grace" })).toBe("grace");
  expect(named({ GITLAB_USER_LOGIN: "ada", GITHUB_ACTOR: "" })).toBe("ada");
});

it("names git's user elsewhere, and an e-mail address only if there is no name", () => {
  git("Ada Lovelace");
  expect(named({})).toBe("Ada Lovelace");
  expect(named({ BUILDKITE_BUILD_CREATOR: "ada@example.com" })).toBe("Ada Lovelace");
  git("ada@example.com");
  expect(named({})).toBe(userInfo().username);
});

it("uses the given name, or no name if it is empty", () => {
  expect(named({ GITHUB_ACTOR: "ada", QUEUE_SEEDER_BY: "release team" }, "none")).toBe("release team");
  expect(named({ GITHUB_ACTOR: "ada" }, "none")).toBe("");
  expect(named({ GITHUB_ACTOR: "ada", QUEUE_SEEDER_BY: "none" })).toBe("");
});

it("keeps names on one line, and short", () => {
  expect(named({ QUEUE_SEEDER_BY: "a\u001b[31m\nb" })).toBe("a\\u{1b}[31m\\nb");
  expect(named({ QUEUE_SEEDER_BY: "é".repeat(500) })).toBe("é".repeat(100));
});
