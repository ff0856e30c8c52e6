import { join } from "node:path";
import { runProgram } from "./program.ts";

const outputs = await runProgram(join(import.meta.dirname, ".."));

export const manifests = outputs.manifests;
export const queues = outputs.queues;
