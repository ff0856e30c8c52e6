// Entry point of the program, in JavaScript, so that any Node version can run it and report that it is too old. From ./index.ts
// on, the code is TypeScript.
import "./check-node-version.cjs";
import { enableCompileCache } from "./compile-cache.mjs";

enableCompileCache();

// The SDK reads the stack of each promise through source maps, which takes a fifth of a run with many segments. Types are
// stripped in place, so nothing needs to be mapped.
Error.prepareStackTrace = undefined;

const { exitWhenUnread } = await import("./pulumi-internals/exit-when-unread.ts");
exitWhenUnread();

const { warmUpProvider } = await import("./pulumi-internals/warm-up-provider.ts");
await warmUpProvider();

export const { manifests, queues } = await import("./index.ts");
