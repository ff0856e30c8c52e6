import { styleText } from "node:util";

/** Styles text; returns it unchanged if colours are disabled. */
export type Paint = (what: "bold" | "dim" | "green" | "red" | "yellow", text: string) => string;

/** Creates a painter that styles text if the stream is a terminal and NO_COLOR is not set. */
export function createPainter(stream: NodeJS.WriteStream): Paint {
  return (what, text) => styleText(what, text, { stream });
}
