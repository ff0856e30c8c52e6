import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**", "test/contract/**"],
          testTimeout: 30_000,
        },
      },
      {
        // One stack at a time: every run starts the real Pulumi engine, and the machine may have two cores.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          // A test makes up to ten runs of the engine; this is only for one that hangs.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        // The official SDKs of other languages. They are installed first, into a cache; Go compiles for minutes.
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 2_400_000,
        },
      },
    ],
  },
});
