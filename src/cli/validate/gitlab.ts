import { createHash } from "node:crypto";
import type { Problem } from "../../manifest/index.ts";
import { printableJson } from "../../printable.ts";
import type { Checked } from "./formats.ts";

/** Words of Code Climate for ours. */
const severities = { error: "critical", warning: "minor" } as const satisfies Record<Problem["severity"], string>;

/**
 * A code-quality report of GitLab, which is a part of Code Climate's form.
 * https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function toGitlab({ problems }: Checked): string {
  const seen = new Map<string, number>();
  const issues = problems.map(({ code, severity, place, what, next }) => {
    // Not by the line: a problem that merely moved is no new one.
    const identity = JSON.stringify([code, place.file, what]);
    const before = seen.get(identity) ?? 0;
    seen.set(identity, before + 1);
    return {
      description: `${what}. ${next}`,
      check_name: code,
      fingerprint: createHash("sha256").update(`${identity}\n${before}`).digest("hex"),
      severity: severities[severity],
      location: { path: place.file, lines: { begin: place.line } },
    };
  });
  return `${printableJson(issues, 2)}\n`;
}
