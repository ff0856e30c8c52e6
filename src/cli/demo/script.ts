import type { ProcessResult } from "../../engine/child-process.ts";
import { toPrintable } from "../../printable.ts";
import { createPainter } from "../shared/paint.ts";

/** What the demo displays, on stderr. */
export interface Script {
  /** Starts the next step. */
  step(text: string): void;
  /** Shows lines in the step. */
  detail(lines: string | readonly string[]): void;
  /** Shows what Pulumi wrote, if the user asked for it with --verbose. */
  output(result: ProcessResult): void;
  done(text: string): void;
  /** Shows why the step failed, and everything that its command wrote. */
  failed(text: string, result: ProcessResult): void;
}

export function createScript({ verbose }: { readonly verbose: boolean }): Script {
  const paint = createPainter(process.stderr);
  const write = (text: string) => process.stderr.write(`${text}\n`);
  const detail = (lines: string | readonly string[]) => {
    for (const line of [lines].flat()) write(paint("dim", `   ${toPrintable(line)}`.trimEnd()));
  };
  let number = 0;
  return {
    step(text) {
      number += 1;
      write(paint("bold", `${number}. ${text}`));
    },
    detail,
    output(result) {
      if (verbose) detail(withoutProgress(result));
    },
    done: (text) => write(`   ${paint("green", "✓")} ${toPrintable(text)}`),
    failed(text, result) {
      detail(withoutProgress(result));
      write(`   ${paint("red", "✗")} ${toPrintable(text)}`);
    },
  };
}

/** Drops the progress lines that Pulumi repeats if it has no terminal. */
function withoutProgress({ stdout, stderr }: ProcessResult): readonly string[] {
  const lines = `${stdout}\n${stderr}`.split("\n");
  return lines.filter((line) => !/^@|^\s*$|\b(?:creating|updating|running)\b.*\(\d+s\)/.test(line));
}
