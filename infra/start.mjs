// The program's first file, in JavaScript: any Node can read it and be told where it is too old. The rest is TypeScript,
// from ./index.ts on.
import "./guard.cjs";
import { keepCompiled } from "./compile-cache.mjs";

keepCompiled();

// The SDK looks at the stack of each promise, through source maps, which cost a fifth of a run with many segments; where types
// are stripped in place, there is nothing to map.
Error.prepareStackTrace = undefined;

const { wakeProvider } = await import("./pulumi-internals/wake.ts");
await wakeProvider();

export const { manifests, queues } = await import("./index.ts");
