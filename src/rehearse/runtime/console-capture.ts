import { SourceMap } from "node:module";
import { relative, resolve } from "node:path";
import type { ConsoleLine, Exception } from "../types.ts";
import { mark } from "./entry.ts";

/** Console output of one call of the handler, and how the wrapper reported its end. */
export interface CapturedCall {
  readonly lines: readonly ConsoleLine[];
  readonly omittedLines: number;
  /** undefined if the wrapper did not reach the end of the call. */
  readonly end: { readonly exception: Exception | undefined } | undefined;
}

/** A line of the runtime's structured log. */
interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** Maximum number of lines per call, and of characters per line. */
const limits = { lines: 100, characters: 4_000 } as const;

const marked = new RegExp(` ?${mark}(\\d*)${mark}$`);
const ended = new RegExp(`^${mark}end${mark}(.*)$`, "s");

/** Log lines of miniflare's own Workers about connections that a Worker without network access is refused. */
const noise = /^(?:Socket proxy disconnected abruptly;|Received a connect event but we lack a handler)/;

interface Call {
  readonly lines: ConsoleLine[];
  omittedLines: number;
  end: CapturedCall["end"];
  readonly closed: PromiseWithResolvers<void>;
}

/** Attributes log lines of a runtime to calls of the handler. Calls are numbered from 1, as in the wrapper. */
export class ConsoleCapture {
  readonly #calls = new Map<number, Call>();
  readonly #mapFrame: (frame: string) => string;
  #current = 0;

  /** @param mapFrame maps a stack frame to the source file */
  constructor(mapFrame: (frame: string) => string = (frame) => frame) {
    this.#mapFrame = mapFrame;
  }

  /** Starts the next call. @returns its number */
  begin(): number {
    this.#current += 1;
    this.#calls.set(this.#current, {
      lines: [],
      omittedLines: 0,
      end: undefined,
      closed: Promise.withResolvers(),
    });
    return this.#current;
  }

  /** Processes the next line of the runtime's log. */
  readonly take = ({ level, message }: LogLine): void => {
    const [, end] = ended.exec(message) ?? [];
    if (end !== undefined) {
      this.#end(end.replace(marked, ""));
      return;
    }
    const [tail = "", number = ""] = marked.exec(message) ?? [];
    if (tail === "" && noise.test(message)) return;
    // Output from outside a handler, for example from a Durable Object, is attributed to the batch being processed.
    const call = this.#calls.get(Number(number || this.#current)) ?? this.#calls.get(this.#current);
    if (call === undefined) return;
    if (call.lines.length === limits.lines) call.omittedLines += 1;
    else call.lines.push({ level, text: message.slice(0, message.length - tail.length).slice(0, limits.characters) });
  };

  /** Resolves when the wrapper has reported the end of the call; all of its lines have then arrived. */
  async closed(call: number): Promise<void> {
    await this.#calls.get(call)?.closed.promise;
  }

  /** Returns and removes what was captured for a call. */
  finish(call: number): CapturedCall {
    const found = this.#calls.get(call);
    this.#calls.delete(call);
    return { lines: found?.lines ?? [], omittedLines: found?.omittedLines ?? 0, end: found?.end };
  }

  #end(json: string): void {
    const { call, exception } = JSON.parse(json) as { call: number; exception?: Exception };
    const found = this.#calls.get(call);
    if (found === undefined) return;
    found.end = { exception: exception && { ...exception, stack: this.#frames(exception) } };
    found.closed.resolve();
  }

  /** Returns the mapped stack frames, without the message, which the stack repeats, and without the wrapper's own frames. */
  #frames({ stack }: Exception): string {
    const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("/queue-seeder-"));
    return frames.map((line) => this.#mapFrame(line)).join("\n");
  }
}

const inlineMap = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
/** A position in a bundled module, as it appears in stack traces. */
const bundledLocation = /file:\/\/\/[^\s():]+:(\d+):(\d+)/;

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
    frame.replace(bundledLocation, (location, line: string, column: string) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return location;
      const file = relative(process.cwd(), resolve(entry.originalSource));
      return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}
