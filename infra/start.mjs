// The program's first file, in JavaScript: any Node can read it and be told where it is too old, and Node need not load what
// strips types before it may use what it has kept of an earlier run. The rest is TypeScript, from ./index.ts on.
import module from "node:module";
import { fileURLToPath } from "node:url";
import "../scripts/guard.cjs";

// As in ./compile-cache.ts, which could only be read without it.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/queue-seeder", import.meta.url)));

// The SDK looks at the stack of each promise, through source maps, which cost a fifth of a run with many segments; where types
// are stripped in place, there is nothing to map.
Error.prepareStackTrace = undefined;

const { wakeProvider } = await import("./wake.ts");
await wakeProvider();

export const { manifests, queues } = await import("./index.ts");
