import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linesOfSvg } from "../../scripts/docs/terminal-svg.ts";
import { repository } from "./support/pages.ts";

const readme = readFileSync(join(repository, "README.md"), "utf8");
const pictures = ["docs/demo.svg", "docs/report-dark.png", "docs/report-light.png"];

describe("the pictures of the README", () => {
  it("are in it, each with a description", () => {
    expect(readme).toMatch(/!\[[^\]]{40,}\]\(docs\/demo\.svg\)/);
    expect(readme).toContain('<source media="(prefers-color-scheme: dark)" srcset="docs/report-dark.png">');
    expect(readme).toMatch(/<img src="docs\/report-light\.png" width="\d+" alt="[^"]{40,}">/);
  });

  it("are small together", () => {
    const bytes = pictures.map((path) => statSync(join(repository, path)).size);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(153_600);
  });

  it("load nothing and run nothing", () => {
    const svg = readFileSync(join(repository, "docs/demo.svg"), "utf8");
    expect(svg).not.toMatch(/<script|<image|<foreignObject|href|url\(|@import/);
    expect(linesOfSvg(svg).filter((line) => /^\d\. /.test(line))).toHaveLength(4);
  });
});
