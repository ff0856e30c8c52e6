import { readFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import { table } from "../support/measure.ts";

interface FileTime {
  readonly project: string;
  readonly file: string;
  readonly tests: number;
  readonly testSeconds: number;
  /** What a worker spends before the first test: its start, and the imports. */
  readonly startSeconds: number;
}

/** Prints how long each test file took, the slowest first, the sum for each project, and the processor time of the run. */
export default class FileTimes implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const times = modules.map(timeOf).sort((a, b) => b.testSeconds + b.startSeconds - (a.testSeconds + a.startSeconds));
    const files = times.map((each) => [each.project, each.file, ...figures(each)]);
    const projects = [...new Set(times.map(({ project }) => project))].sort().map((project) => {
      const own = times.filter((each) => each.project === project);
      return [project, `${own.length} files`, ...figures(own.reduce(sum))];
    });
    const heading = ["project", "file", "tests", "seconds in tests", "seconds to start"];
    console.log(`${table(heading, files)}\n\n${table(heading, projects)}`);
    const failed = modules.filter((module) => module.state() === "failed");
    for (const { relativeModuleId } of failed) console.error(`failed: ${relativeModuleId}`);
    // The system counts a process that was started once it has ended, and the last workers end after this.
    process.once("exit", () => {
      const seconds = processorSeconds();
      if (seconds !== undefined) console.log(`\nprocessor time: ${seconds.toFixed(0)} s`);
    });
  }
}

/**
 * Returns the processor time, in user and system mode, of this process and of all that it and they started and waited for. Unlike
 * the seconds of the tests, it hardly depends on what else the machine does. Linux only: elsewhere undefined.
 */
function processorSeconds(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync("/proc/self/stat", "utf8");
  // The process's name, in parentheses, may contain spaces. The times are in hundredths of a second on every architecture.
  const times = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  return times.reduce((sum, time) => sum + Number(time) / 100, 0);
}

function timeOf(module: TestModule): FileTime {
  const { duration, collectDuration, prepareDuration, environmentSetupDuration, setupDuration } = module.diagnostic();
  return {
    project: module.project.name,
    file: module.relativeModuleId,
    tests: [...module.children.allTests()].length,
    testSeconds: duration / 1_000,
    startSeconds: (collectDuration + prepareDuration + environmentSetupDuration + setupDuration) / 1_000,
  };
}

function sum(a: FileTime, b: FileTime): FileTime {
  return {
    ...a,
    tests: a.tests + b.tests,
    testSeconds: a.testSeconds + b.testSeconds,
    startSeconds: a.startSeconds + b.startSeconds,
  };
}

function figures({ tests, testSeconds, startSeconds }: FileTime): string[] {
  return [String(tests), testSeconds.toFixed(1), startSeconds.toFixed(1)];
}
