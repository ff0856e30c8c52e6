import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files whose tests take long. Without times of an earlier run, vitest estimates a file's time by its size. */
const long = ["test/engine/soak.test.ts"];

/** Starts long files first, so that a run does not end with a single long file. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.some((file) => moduleId.endsWith(file));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
