import { SourceMap } from "node:module";
import { relative, resolve } from "node:path";

const inlineMap = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
/** A position in a bundled module, as it appears in stack traces. */
const bundledPlace = /file:\/\/\/[^\s():]+:(\d+):(\d+)/;

/**
 * Creates a function that maps a stack frame from the bundle to the original source file.
 *
 * @param script the bundle with its inline source map; without one, frames are returned unchanged
 */
export function createFrameMapper(script: string): (frame: string) => string {
  const [, encoded] = inlineMap.exec(script) ?? [];
  if (encoded === undefined) return (frame) => frame;
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString()));
  return (frame) =>
    frame.replace(bundledPlace, (place, line: string, column: string) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return place;
      const file = relative(process.cwd(), resolve(entry.originalSource));
      return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}
