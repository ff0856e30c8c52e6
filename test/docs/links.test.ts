import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { type Page, pages, parsePage, repository } from "./support/pages.ts";

/** Returns the broken links of a page. */
function broken({ path, prose, anchors }: Page): string[] {
  const targets = [...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = "", anchor] = target.split("#", 2);
    if (file === "") return anchor === undefined || !anchors.has(anchor);
    const other = normalize(join(dirname(path), decodeURIComponent(file)));
    if (other.startsWith("..") || !existsSync(join(repository, other))) return true;
    if (anchor === undefined) return false;
    return !parsePage(other, readFileSync(join(repository, other), "utf8")).anchors.has(anchor);
  });
}

describe("relative links", () => {
  it.each(pages().map((page) => [page.path, page] as const))("of %s lead to a file, and to a heading", (_, page) => {
    expect(broken(page)).toEqual([]);
  });

  it("are reported if they are broken", () => {
    const text = "# Here\n[a](none.md) [b](README.md#no-such) [c](#here) [d](#there) [e](https://example.com/x.md)\n";
    expect(broken(parsePage("a.md", text))).toEqual(["none.md", "README.md#no-such", "#there"]);
  });
});

it("README.md leads to every page of docs/", () => {
  const readme = pages().find(({ path }) => path === "README.md");
  const linked = [...(readme?.prose.matchAll(/\]\((docs\/[^)#]+)/g) ?? [])].map(([, target]) => target);
  const missing = pages().filter(({ path }) => /^docs\/[^/]+\.md$/.test(path) && !linked.includes(path));
  expect(missing.map(({ path }) => path)).toEqual([]);
});
