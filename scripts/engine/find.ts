export * from "../../src/engine/find.ts";
