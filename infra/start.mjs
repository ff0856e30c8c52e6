// The program's first file, in JavaScript: any Node can read it and be told where it is too old. The rest is TypeScript,
// from ./index.ts on.
import "./check-node-version.cjs";
import { enableCompileCache } from "./compile-cache.mjs";

enableCompileCache();

// The SDK looks at the stack of each promise, through source maps, which cost a fifth of a run with many segments; where types
// are stripped in place, there is nothing to map.
Error.prepareStackTrace = undefined;

const { exitWhenUnread } = await import("./pulumi-internals/exit-when-unread.ts");
exitWhenUnread();

const { warmUpProvider } = await import("./pulumi-internals/warm-up-provider.ts");
await warmUpProvider();

export const { manifests, queues } = await import("./index.ts");
