import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { writeScript } from "./support/fakes.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "queue-seeder-ci-"));
  cpSync(join(import.meta.dirname, "../../.ci/run"), join(dir, ".ci/run"));
});

afterEach(() => rmSync(dir, { recursive: true }));

interface Codes {
  readonly ci?: number;
  readonly programs?: number;
  readonly lint?: number;
  readonly test?: number;
  readonly contract?: number;
}

/** Runs the script with a fake `npm`, which returns these exit codes and writes these JSON reports of vitest. */
function runWith(codes: Codes, report?: object, contractReport: object | undefined = report): Promise<ProcessResult> {
  const { ci = 0, programs = 0, lint = 0, test = 0, contract = 0 } = codes;
  const npm = `#!/bin/sh
report() {
  for last; do :; done
  printf '%s' "$1" > "\${last#*outputFile.json=}"
}
json="--reporter=default --reporter=json --outputFile.json="
case "$*" in
  ci) exit ${ci} ;;
  "run ci:programs") exit ${programs} ;;
  "run lint") echo linted; exit ${lint} ;;
  "test -- $json"*) echo tested; report "$REPORT" "$@"; exit ${test} ;;
  "run test:contract -- $json"*) echo contracted; report "$CONTRACT_REPORT" "$@"; exit ${contract} ;;
  *) exit 99 ;;
esac
`;
  writeScript(join(dir, "bin/npm"), npm);
  const path = [join(dir, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = {
    PATH: path,
    TMPDIR: dir,
    REPORT: JSON.stringify(report) ?? "",
    CONTRACT_REPORT: JSON.stringify(contractReport) ?? "",
  };
  return spawnProcess(join(dir, ".ci/run"), [], { env, cwd: tmpdir(), timeoutMs: 20_000 }).done;
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

const all = "linted\ntested\ncontracted\n";

test("without failures: exit code 0, and the counts of both in the last line", async () => {
  const { code, stdout } = await runWith({}, allPassed);
  expect([code, stdout]).toEqual([0, `${all}6 passed, 0 failed\n`]);
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
    allPassed,
  );
  expect([code, stdout]).toEqual([1, `${all}5 passed, 3 failed\n`]);
});

test("failed contract tests are counted, and fail the run", async () => {
  const failed = { ...allPassed, numFailedTests: 2, success: false };
  const { code, stdout } = await runWith({ contract: 3 }, allPassed, failed);
  expect([code, stdout]).toEqual([3, `${all}6 passed, 2 failed\n`]);
});

test("an error outside of all files is a failure", async () => {
  const { code, stdout } = await runWith({ test: 1 }, { ...allPassed, success: false }, allPassed);
  expect([code, stdout]).toEqual([1, `${all}6 passed, 1 failed\n`]);
});

test("failed lint fails the run, after the tests; without the lint programs only the tests decide", async () => {
  expect(await runWith({ lint: 2 }, allPassed)).toMatchObject({ code: 2, stdout: `${all}6 passed, 0 failed\n` });
  expect(await runWith({ programs: 1 }, allPassed)).toMatchObject({ code: 0, stdout: `${all}6 passed, 0 failed\n` });
});

test("tests that end without a report, or never start, are a failure", async () => {
  expect(await runWith({ test: 7 }, undefined, allPassed)).toMatchObject({
    code: 7,
    stdout: `${all}3 passed, 1 failed\n`,
  });
  expect(await runWith({ ci: 5 }, allPassed)).toMatchObject({ code: 1, stdout: "0 passed, 2 failed\n" });
});
