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

/** Prints how long each test file took, the slowest first, and the sum for each project. */
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
  }
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
