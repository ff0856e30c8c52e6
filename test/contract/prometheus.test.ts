/** Reads the metrics of `status` with the official parsers of Prometheus for Python. The one of OpenMetrics is strict. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Status, toStatus } from "../../src/cli/status/model.ts";
import { statusMetrics } from "../../src/cli/status/prometheus.ts";
import { full } from "../cli/shared/plan/fixture.ts";
import { parseGauges } from "../cli/status/openmetrics.ts";
import { outputsOf, stateOf } from "../engine-units/fixture.ts";
import { cached, run } from "./cache.ts";

const folder = join(import.meta.dirname, "prometheus");
let python: string;

beforeAll(async () => {
  const requirements = join(folder, "requirements.txt");
  const venv = await cached("prometheus", readFileSync(requirements, "utf8"), async (empty) => {
    await run("python3", ["-m", "venv", empty]);
    await run(join(empty, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  python = join(venv, "bin/python");
});

const parse = (input: string) =>
  spawnSync(python, [join(folder, "parse.py")], { input, encoding: "utf8", env: { ...process.env, PYTHONUTF8: "1" } });

const metrics = { backlog_count: 3, backlog_bytes: 30, oldest_message_timestamp_ms: 1_785_578_400_500 };
const asked = new Map([["orders", { kind: "metrics" as const, metrics }]]);
const status = toStatus(full, stateOf(outputsOf("backfill"), outputsOf("quiet", { queue: "new" })), asked);

/** A stack whose names contain everything that a label value may have to escape. */
const hostile: Status = {
  ...status,
  stack: 'a"} 1\nb 2\n# EOF\n',
  project: "back\\slash\\",
  manifests: status.manifests.map((each) => ({ ...each, name: `${each.name}",x="é 🎉\r\n\\n` })),
};

test.each([
  ["a stack", status],
  ["a stack with hostile names", hostile],
])("the metrics of %s are the same for both parsers of Prometheus and for the one of the unit tests", (_, each) => {
  const given = statusMetrics(each, Date.parse("2026-08-02T12:30:00.000Z"));
  const { status: code, stdout, stderr } = parse(given);
  expect([code, stderr]).toEqual([0, ""]);
  const parsed: { text: readonly Family[]; openmetrics: readonly Family[] } = JSON.parse(stdout);
  expect(parsed.text).toEqual(parsed.openmetrics);
  expect(parsed.text.map(({ type, help }) => [type, help !== ""])).toEqual(parsed.text.map(() => ["gauge", true]));
  expect(new Map(parsed.text.map(({ name, samples }) => [name, samples]))).toEqual(parseGauges(given));
});

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly object[];
}

test("invalid text is refused", () => {
  const given = statusMetrics(status, 0);
  for (const broken of [given.replace("# EOF\n", ""), given.replace('stack="dev"', "stack=dev")]) {
    expect(parse(broken).status).not.toBe(0);
  }
});
