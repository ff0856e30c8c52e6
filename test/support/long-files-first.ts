import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files whose tests take long. Without times of an earlier run, vitest takes the size of a file for its time. */
const long = ["test/engine/soak.test.ts"];

/** Starts long files first, so that the last minutes of a run do not belong to one file alone. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.some((file) => moduleId.endsWith(file));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
