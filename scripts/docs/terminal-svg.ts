/** Columns of the terminal in the picture; longer lines are wrapped, as a terminal does. */
const columns = 100;

/** In pixels. A character of these fonts is 0.6 of the size wide. */
const size = { font: 14, column: 8.4, row: 19, side: 18, top: 44, bottom: 16 } as const;

/** A piece of a line in one style. */
interface Piece {
  readonly text: string;
  /** Class names, in the order of the alphabet, separated by spaces. */
  readonly style: string;
}

/** The classes that the codes of `styleText` turn on, and those that they turn off. Source: ECMA-48, 8.3.117. */
const codes: Readonly<Record<string, { readonly on?: string; readonly off: readonly string[] }>> = {
  "0": { off: ["bold", "dim", "red", "green", "yellow"] },
  "1": { on: "bold", off: [] },
  "2": { on: "dim", off: [] },
  "22": { off: ["bold", "dim"] },
  "31": { on: "red", off: ["green", "yellow"] },
  "32": { on: "green", off: ["red", "yellow"] },
  "33": { on: "yellow", off: ["red", "green"] },
  "39": { off: ["red", "green", "yellow"] },
};

/**
 * Draws what a command wrote to a terminal. The colors are those of a dark terminal, whatever the page around it has.
 *
 * @param output with the ANSI codes that {@link codes} lists
 * @throws Error for any other control character
 */
export function terminalSvg(command: string, output: string): string {
  const prompt: readonly Piece[] = [
    { text: "$ ", style: "dim" },
    { text: command, style: "bold" },
  ];
  const rows = [prompt, ...output.trimEnd().split("\n").map(parseLine)].flatMap(wrap);
  const width = Math.ceil(columns * size.column + 2 * size.side);
  const height = size.top + rows.length * size.row + size.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(command)}">
<style>
text { font: ${size.font}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d1d7e0; white-space: pre; }
.bold { font-weight: 700; fill: #f0f6fc; }
.dim { fill: #9198a1; }
.green { fill: #3fb950; }
.red { fill: #f85149; }
.yellow { fill: #d29922; }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#3d444d"/>
<circle cx="20" cy="20" r="6" fill="#f85149"/><circle cx="40" cy="20" r="6" fill="#d29922"/><circle cx="60" cy="20" r="6" fill="#3fb950"/>
${rows.map(rowSvg).join("\n")}
</svg>
`;
}

/** Reads the lines of a picture that {@link terminalSvg} made, without the command and without colors. */
export function linesOfSvg(svg: string): readonly string[] {
  const lines: string[] = [];
  for (const [, kind = "", row = ""] of svg.matchAll(/<text (class="wrapped" )?x[^>]*>(.*)<\/text>/g)) {
    const text = row.replace(/<[^>]+>/g, "").replace(/&(lt|gt|quot|amp);/g, (_, name: string) => entities[name] ?? "");
    if (kind === "") lines.push(text);
    else lines.push(`${lines.pop() ?? ""}${text}`);
  }
  return lines.slice(1);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&" };

function parseLine(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const on = new Set<string>();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are controlled by them
  for (const part of line.split(/(\u001b\[\d*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are controlled by them
    const [, code] = /^\u001b\[(\d*)m$/.exec(part) ?? [];
    if (code === undefined) {
      if (/\p{Cc}/u.test(part)) throw new Error(`The output has a control character: ${JSON.stringify(part)}`);
      if (part !== "") pieces.push({ text: part, style: [...on].sort().join(" ") });
      continue;
    }
    const change = codes[code || "0"];
    if (change === undefined) throw new Error(`The output has an unknown code: ${JSON.stringify(part)}`);
    for (const name of change.off) on.delete(name);
    if (change.on !== undefined) on.add(change.on);
  }
  return pieces;
}

interface Row {
  readonly pieces: readonly Piece[];
  /** Whether it continues the row above. */
  readonly wrapped: boolean;
}

function wrap(pieces: readonly Piece[]): readonly Row[] {
  const rows: Piece[][] = [[]];
  let room = columns;
  for (const { text, style } of pieces) {
    for (let rest = [...text]; rest.length > 0; ) {
      if (room === 0) {
        rows.push([]);
        room = columns;
      }
      const part = rest.slice(0, room);
      rows.at(-1)?.push({ text: part.join(""), style });
      room -= part.length;
      rest = rest.slice(part.length);
    }
  }
  return rows.map((row, index) => ({ pieces: row, wrapped: index > 0 }));
}

function rowSvg({ pieces, wrapped }: Row, index: number): string {
  const y = size.top + index * size.row + size.font;
  const length = [...pieces.map(({ text }) => text).join("")].length;
  // Holds the columns, whatever the font is.
  const fixed = length === 0 ? "" : ` textLength="${Math.round(length * size.column * 10) / 10}"`;
  const spans = pieces.map(({ text, style }) =>
    style === "" ? escapeXml(text) : `<tspan class="${style}">${escapeXml(text)}</tspan>`,
  );
  return `<text ${wrapped ? 'class="wrapped" ' : ""}x="${size.side}" y="${y}" xml:space="preserve"${fixed}>${spans.join("")}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
