import { join } from "node:path";
import { keepCompiled } from "./compile-cache.ts";

keepCompiled();
const { program } = await import("./program.ts");
const outputs = await program(join(import.meta.dirname, ".."));

export const manifests = outputs.manifests;
export const queues = outputs.queues;
