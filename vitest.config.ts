import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./test/support/long-files-first.ts";

const integration = "test/**/*.integration.test.ts";

/** Vitest leaves one core idle by default. On two cores that doubles the time. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        // Pure tests: no process, no server. They share workers, so that what they import is loaded once.
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [integration, "test/engine/**", "test/contract/**"],
          setupFiles: ["test/support/pure.ts"],
          testTimeout: 30_000,
          pool: "threads",
          isolate: false,
          maxWorkers,
        },
      },
      {
        // Tests with processes and servers: the emulator, a browser, shells, npm, a language server.
        test: {
          name: "integration",
          include: [integration],
          exclude: ["test/engine/**", "test/contract/**"],
          testTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        // The real Pulumi engine. Each file has projects, states and emulators of its own. A file keeps three quarters of a core busy,
        // since Pulumi's processes wait for each other, so three files at a time use two cores.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: ["test/engine/support/global-setup.ts"],
          // A test makes up to ten runs of the engine; this is only for one that hangs.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The official SDKs of other languages. They are installed first, into a cache; Go compiles for minutes.
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 2_400_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
