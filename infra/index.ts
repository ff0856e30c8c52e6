import { join } from "node:path";
import { program } from "./program.ts";

const outputs = await program(join(import.meta.dirname, ".."));

export const manifests = outputs.manifests;
export const queues = outputs.queues;
