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
          testTimeout: 180_000,
          hookTimeout: 180_000,
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
