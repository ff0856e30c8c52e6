import { styleText } from "node:util";

/** Colours a piece of the text; the identity where there are to be none. */
export type Paint = (what: "bold" | "dim" | "green" | "red" | "yellow", text: string) => string;

/** Colours where the stream is a terminal, unless NO_COLOR says otherwise. */
export function createPainter(stream: NodeJS.WriteStream): Paint {
  return (what, text) => styleText(what, text, { stream });
}
