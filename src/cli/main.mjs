#!/usr/bin/env node
import "../../infra/check-node-version.cjs";
import { enableCompileCache } from "../../infra/compile-cache.mjs";

// Before anything else is loaded: it halves the work of `--help`.
enableCompileCache();
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine();
