import { describe, expect, it } from "vitest";
import { linesOfSvg, terminalSvg } from "../../scripts/docs/terminal-svg.ts";

const styled = (code: number, text: string, end: number) => `\u001b[${code}m${text}\u001b[${end}m`;

describe("the picture of a terminal", () => {
  it("has the text of every line, whatever it contains", () => {
    const lines = ['a <b> & "c"', "", "   indented", "é ∑ → 🎉", "&lt;", "x".repeat(250), `${"y".repeat(100)}`, "end"];
    expect(linesOfSvg(terminalSvg("run", `${lines.join("\n")}\n`))).toEqual(lines);
  });

  it("has the styles of the text, also those within another", () => {
    const svg = terminalSvg(
      "run",
      `${styled(1, `bold ${styled(32, "✓", 39)} bold`, 22)} plain ${styled(2, "dim", 22)}`,
    );
    expect(svg).toContain(
      '<tspan class="bold">bold </tspan><tspan class="bold green">✓</tspan><tspan class="bold"> bold</tspan> plain ' +
        '<tspan class="dim">dim</tspan>',
    );
  });

  it("wraps lines at 100 columns, and grows with them", () => {
    const svg = terminalSvg("run", `${"x".repeat(150)}\nend`);
    expect(svg).toContain(`>${"x".repeat(100)}</text>`);
    expect(svg).toContain(`>${"x".repeat(50)}</text>`);
    const height = (text: string) => Number(/ height="(\d+)" role/.exec(terminalSvg("run", text))?.[1]);
    expect(height("1\n2\n3") - height("1\n2")).toBe(19);
  });

  it("shows the command, which is not part of the output", () => {
    const svg = terminalSvg("npm run <x>", "out");
    expect(svg).toContain('<tspan class="bold">npm run &lt;x&gt;</tspan>');
    expect(linesOfSvg(svg)).toEqual(["out"]);
  });

  it.each(["\u001b[5mblink", "\u001b]0;title\u0007", "a\tb", "a\rb"])("refuses what it cannot draw: %j", (text) => {
    expect(() => terminalSvg("run", text)).toThrow(/control character|unknown code/);
  });
});
