import { createHash } from "node:crypto";
import { type LoadResult, type Problem, problemCodes } from "../../../manifest/index.ts";
import { toPrintableJson } from "../../../printable.ts";
import type { Manifest } from "../../../types.ts";
import { annotation } from "../annotations.ts";

export type ValidationResult = Pick<LoadResult, "manifests" | "skipped" | "problems" | "omitted">;

/** Formats one JSON document. Its `version` is incremented when an existing key changes its meaning. */
export function toJson({ problems, omitted, manifests, skipped }: ValidationResult): string {
  const diagnostics = problems.map(({ code, severity, location, message, hint }) => ({
    code,
    severity,
    location,
    message,
    hint,
  }));
  const checked = {
    version: 1,
    problems: diagnostics,
    omitted,
    manifests: manifests.map(summary),
    skipped: skipped.map(summary),
  };
  return `${toPrintableJson(checked, 2)}\n`;
}

function summary({ name, queue, push, location, content }: Manifest) {
  const messages = content.kind === "inline" ? content.messages.length : content.size?.messages;
  return { name, queue, push, location, messages: messages ?? null };
}

/** Formats annotations for GitHub Actions. */
export function toGithub({ problems }: ValidationResult): string {
  return problems
    .map(({ severity, location, code, message, hint }) => annotation(severity, code, `${message}. ${hint}`, location))
    .join("");
}

/** Formats SARIF 2.1.0 for code scanning. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function toSarif({ problems }: ValidationResult): string {
  const rules = Object.entries(problemCodes).map(([id, { title, severity }]) => ({
    id,
    shortDescription: { text: title },
    defaultConfiguration: { level: severity },
  }));
  const results = problems.map(({ code, severity, location, message, hint }) => ({
    ruleId: code,
    ruleIndex: rules.findIndex(({ id }) => id === code),
    level: severity,
    message: { text: `${message}. ${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: location.file.toWellFormed().split("/").map(encodeURIComponent).join("/"),
            uriBaseId: "%SRCROOT%",
          },
          region: { startLine: location.line, startColumn: location.column },
        },
      },
    ],
  }));
  const run = { tool: { driver: { name: "queue-seeder", rules } }, columnKind: "utf16CodeUnits", results };
  const schema = "https://json.schemastore.org/sarif-2.1.0.json";
  return `${toPrintableJson({ $schema: schema, version: "2.1.0", runs: [run] }, 2)}\n`;
}

/** Code Climate's severities. */
const severities = { error: "critical", warning: "minor" } as const satisfies Record<Problem["severity"], string>;

/**
 * Formats a code quality report for GitLab, which is a subset of Code Climate's format.
 *
 * Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function toGitlab({ problems }: ValidationResult): string {
  const seen = new Map<string, number>();
  const issues = problems.map(({ code, severity, location, message, hint }) => {
    // Excludes the line: a problem that merely moved is not a new one.
    const identity = JSON.stringify([code, location.file, message]);
    const before = seen.get(identity) ?? 0;
    seen.set(identity, before + 1);
    return {
      description: `${message}. ${hint}`,
      check_name: code,
      fingerprint: createHash("sha256").update(`${identity}\n${before}`).digest("hex"),
      severity: severities[severity],
      location: { path: location.file, lines: { begin: location.line } },
    };
  });
  return `${toPrintableJson(issues, 2)}\n`;
}
