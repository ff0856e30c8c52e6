// Entry point of the program, in JavaScript, so that any Node version can run it and report that it is too old. From ./index.ts
// on, the code is TypeScript.
import "./check-node-version.cjs";
import { enableCompileCache } from "../src/compile-cache.mjs";
import { withoutDebugger } from "./pulumi-internals/without-debugger.mjs";

await withoutDebugger();
enableCompileCache();

const { withoutSourceMaps } = await import("./pulumi-internals/without-source-maps.ts");
withoutSourceMaps();

const { exitWhenUnread } = await import("./pulumi-internals/exit-when-unread.ts");
exitWhenUnread();

const { warmUpProvider } = await import("./pulumi-internals/warm-up-provider.ts");
await warmUpProvider();

export const { manifests, queues } = await import("./index.ts");
