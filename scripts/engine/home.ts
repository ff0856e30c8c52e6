export * from "../../src/engine/home.ts";
