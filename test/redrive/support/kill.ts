import { appendFileSync } from "node:fs";
import type { Disk, ExportHost, GrowingFile, MessageSource } from "../../../src/redrive/export-host.ts";

/** Thrown by a killed process: none of its later steps has an effect. */
export class Killed extends Error {
  override name = "Killed";
}

/** Before a step, after it, or with half of it on disk. */
export type When = "before" | "half" | "after";

/** Steps of an export: calls of the disk and of the API, in order. */
export interface Steps {
  readonly ports: Pick<ExportHost, "disk" | "source">;
  /** Names of the steps that were taken. */
  readonly made: string[];
}

/**
 * Counts steps, and ends the process at one of them.
 *
 * @param at 0-based number of the step; undefined for no kill
 */
export function stepping(ports: Pick<ExportHost, "disk" | "source">, at?: number, when: When = "before"): Steps {
  const made: string[] = [];
  let dead = false;
  const step = async <T>(
    name: string,
    act: () => Promise<T>,
    half: () => void = () => {},
    leave: (made: T) => void = () => {},
  ): Promise<T> => {
    if (dead) throw new Killed();
    const isLast = made.length === at;
    made.push(name);
    if (!isLast) return act();
    dead = true;
    if (when === "half") half();
    if (when === "after") leave(await act());
    throw new Killed();
  };
  const { disk, source } = ports;
  const short = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const growing = (path: string, file: GrowingFile): GrowingFile => ({
    append: (bytes) =>
      step(
        `append ${short(path)}`,
        () => file.append(bytes),
        () => appendFileSync(path, bytes.subarray(0, Math.ceil(bytes.length / 2))),
      ),
    close: () => file.close(),
  });
  const stepDisk: Disk = {
    ...disk,
    grow: async (path, size) =>
      growing(
        path,
        await step(
          `open ${short(path)}`,
          () => disk.grow(path, size),
          undefined,
          (file) => void file.close(),
        ),
      ),
    truncate: (path, size) => step(`truncate ${short(path)}`, () => disk.truncate(path, size)),
    publish: (path, text, replace) => step(`publish ${short(path)}`, () => disk.publish(path, text, replace)),
    remove: (path) => step(`remove ${short(path)}`, () => disk.remove(path)),
  };
  const stepSource: MessageSource = {
    ...source,
    pull: (...args) => step("pull", () => source.pull(...args)),
    acknowledge: (...args) => step("acknowledge", () => source.acknowledge(...args)),
    releaseLeases: (...args) => step("give back", () => source.releaseLeases(...args)),
  };
  return { ports: { disk: stepDisk, source: stepSource }, made };
}
