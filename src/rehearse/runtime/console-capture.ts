import type { ConsoleLine, Exception } from "../types.ts";
import { mark } from "./entry.ts";

/** What one call of the handler printed, and how it says that it ended. */
export interface CapturedCall {
  readonly lines: readonly ConsoleLine[];
  readonly omittedLines: number;
  /** undefined: the wrapper did not come to its end. */
  readonly end: { readonly exception: Exception | undefined } | undefined;
}

/** A line of the runtime's structured log. */
interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** Lines that are kept of a call, and characters of a line. */
const limits = { lines: 100, characters: 4_000 } as const;

const marked = new RegExp(` ?${mark}(\\d*)${mark}$`);
const ended = new RegExp(`^${mark}end${mark}(.*)$`, "s");

/** Of miniflare's own Workers, about connections that a Worker without a network is refused. */
const noise = /^(?:Socket proxy disconnected abruptly;|Received a connect event but we lack a handler)/;

interface Call {
  readonly lines: ConsoleLine[];
  omittedLines: number;
  end: CapturedCall["end"];
  readonly closed: PromiseWithResolvers<void>;
}

/** Attributes what a runtime logs to the calls of the handler. Calls have numbers from 1, as the wrapper counts them. */
export class ConsoleCapture {
  readonly #calls = new Map<number, Call>();
  readonly #mapFrame: (frame: string) => string;
  #current = 0;

  /** @param mapFrame leads a frame of a stack to the source */
  constructor(mapFrame: (frame: string) => string = (frame) => frame) {
    this.#mapFrame = mapFrame;
  }

  /** The next call begins. @returns its number */
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

  /** Takes a line of the runtime's log, in their order. */
  readonly take = ({ level, message }: LogLine): void => {
    const [, end] = ended.exec(message) ?? [];
    if (end !== undefined) {
      this.#end(end.replace(marked, ""));
      return;
    }
    const [tail = "", number = ""] = marked.exec(message) ?? [];
    if (tail === "" && noise.test(message)) return;
    // What is printed outside of a handler, as by a Durable Object, belongs to the batch that is in the consumer's hands.
    const call = this.#calls.get(Number(number || this.#current)) ?? this.#calls.get(this.#current);
    if (call === undefined) return;
    if (call.lines.length === limits.lines) call.omittedLines += 1;
    else call.lines.push({ level, text: message.slice(0, message.length - tail.length).slice(0, limits.characters) });
  };

  /** Resolves once the wrapper has reported the end of the call: its lines are all there then. */
  async closed(call: number): Promise<void> {
    await this.#calls.get(call)?.closed.promise;
  }

  /** Hands over what there is of a call, and forgets it. */
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

  /** The lines below the message, which the stack repeats, without the wrapper's own. */
  #frames({ stack }: Exception): string {
    const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("/queue-seeder-"));
    return frames.map((line) => this.#mapFrame(line)).join("\n");
  }
}
