import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Finished, start } from "../../scripts/engine/child.ts";
import { writeScript } from "./support/fakes.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "queue-seeder-ci-"));
  cpSync(join(import.meta.dirname, "../../.ci/run"), join(dir, ".ci/run"));
});

afterEach(() => rmSync(dir, { recursive: true }));

/** The script with an `npm` in whose place stand exit codes, and vitest's report in JSON where it writes one. */
function runWith(codes: { ci?: number; lint?: number; test?: number }, report?: object): Promise<Finished> {
  const { ci = 0, lint = 0, test = 0 } = codes;
  const npm = `#!/bin/sh
case "$*" in
  ci) exit ${ci} ;;
  "run lint") echo linted; exit ${lint} ;;
  "test -- --reporter=default --reporter=json --outputFile.json="*)
    for last; do :; done
    echo tested
    printf '%s' "$REPORT" > "\${last#*outputFile.json=}"
    exit ${test} ;;
  *) exit 99 ;;
esac
`;
  writeScript(join(dir, "bin/npm"), npm);
  const path = [join(dir, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH: path, TMPDIR: dir, REPORT: report === undefined ? "" : JSON.stringify(report) };
  return start(join(dir, ".ci/run"), [], { env, cwd: tmpdir(), timeoutMs: 20_000 }).done;
}

const results = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});
const allPassed = {
  numPassedTests: 3,
  numFailedTests: 0,
  success: true,
  testResults: [results("passed", "passed", "passed", "skipped"), results("passed", "passed")],
};

test("all well: exit code 0, and the counts in the last line", async () => {
  const { code, stdout } = await runWith({}, allPassed);
  expect([code, stdout]).toEqual([0, "linted\ntested\n3 passed, 0 failed\n"]);
});

test("failed tests are counted, with files that failed outside of their tests", async () => {
  const { code, stdout } = await runWith(
    { test: 1 },
    {
      numPassedTests: 2,
      numFailedTests: 1,
      success: false,
      testResults: [results("failed"), results("failed", "passed", "failed"), results("failed", "passed", "skipped")],
    },
  );
  expect([code, stdout]).toEqual([1, "linted\ntested\n2 passed, 3 failed\n"]);
});

test("an error outside of all files is a failure", async () => {
  const { code, stdout } = await runWith({ test: 1 }, { ...allPassed, success: false });
  expect([code, stdout]).toEqual([1, "linted\ntested\n3 passed, 1 failed\n"]);
});

test("failed lint fails the run, after the tests", async () => {
  const { code, stdout } = await runWith({ lint: 2 }, allPassed);
  expect([code, stdout]).toEqual([2, "linted\ntested\n3 passed, 0 failed\n"]);
});

test("tests that end without a report, or never start, are a failure", async () => {
  expect(await runWith({ test: 7 })).toMatchObject({ code: 7, stdout: "linted\ntested\n0 passed, 1 failed\n" });
  expect(await runWith({ ci: 5 }, allPassed)).toMatchObject({ code: 1, stdout: "0 passed, 1 failed\n" });
});
