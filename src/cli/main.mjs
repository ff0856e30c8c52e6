#!/usr/bin/env node
import "../../infra/guard.cjs";
import { keepCompiled } from "../../infra/compile-cache.mjs";

// Before anything else is loaded: it halves the work of `--help`.
keepCompiled();
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine();
