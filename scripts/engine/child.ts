export * from "../../src/engine/child.ts";
