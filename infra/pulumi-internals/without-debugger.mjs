import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * Ends what the SDK starts in every program in order to serialize functions, which this program does not do:
 *
 * - A debugger, which V8 sends the location and the hash of each module that is loaded.
 * - The V8 flag --allow-natives-syntax. V8 rejects cached code that was compiled with other flags, so the program and the provider,
 *   whose process does not set it, would take turns at replacing what the other one stored in Node's compile cache.
 *
 * Together they take a tenth of a run. This file is JavaScript because it has to run before the compile cache is enabled.
 */
export async function withoutDebugger() {
  const { cache } = createRequire(import.meta.url);
  const path = Object.keys(cache).find((each) => /[\\/]runtime[\\/]closure[\\/]v8Hooks\.js$/.test(each));
  const session = await (path && cache[path]?.exports.getSessionAsync?.());
  session?.post("Debugger.disable");
  setFlagsFromString("--no-allow-natives-syntax");
}
