import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A Markdown page, parsed as far as its tests need it. */
export interface Page {
  /** Relative to the repository's root. */
  readonly path: string;
  /** Everything except code blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
  /** Anchors that links to the page can use after the `#`. */
  readonly anchors: ReadonlySet<string>;
}

export interface Block {
  /** 1-based number of its first line in the page. */
  readonly line: number;
  /** The info string of the fence; "" for an indented block. */
  readonly language: string;
  readonly text: string;
}

/** Parses every documentation page: those in the repository's root and in docs/. */
export function pages(): readonly Page[] {
  const paths = [
    ...readdirSync(repository).filter((name) => name.endsWith(".md")),
    ...readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  return paths.sort().map((path) => parsePage(path, readFileSync(join(repository, path), "utf8")));
}

/** Returns a code block of a page: the nth of its language, from 0. @param path relative to the repository's root */
export function readExample(path: string, language: string, index: number): string {
  const { blocks } = parsePage(path, readFileSync(join(repository, path), "utf8"));
  const block = blocks.filter((each) => each.language === language)[index];
  if (block === undefined) throw new Error(`${path} has too few examples`);
  return block.text;
}

export function parsePage(path: string, text: string): Page {
  const prose: string[] = [];
  const blocks: Block[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const fence = /^( *)```+(\S*)/.exec(line);
    if (fence !== null) {
      const [, indent = "", language = ""] = fence;
      const end = lines.findIndex((other, index) => index > at && /^ *```+$/.test(other));
      const inner = lines.slice(at + 1, end === -1 ? undefined : end);
      blocks.push({ line: at + 2, language, text: inner.map((each) => each.slice(indent.length)).join("\n") });
      at = end === -1 ? lines.length : end;
    } else if (line.startsWith("    ") && (lines[at - 1] ?? "").trim() === "") {
      const end = lines.findIndex((other, index) => index > at && other.trim() !== "" && !other.startsWith("    "));
      const inner = lines.slice(at, end === -1 ? undefined : end);
      blocks.push({ line: at + 1, language: "", text: inner.map((each) => each.slice(4)).join("\n") });
      at = (end === -1 ? lines.length : end) - 1;
    } else prose.push(line);
  }
  const headings = prose.flatMap((line) => /^#{1,6} (.+)$/.exec(line)?.[1] ?? []);
  return { path, prose: prose.join("\n"), blocks, anchors: new Set(slugs(headings)) };
}

/** Returns the anchors that GitHub generates for headings. */
function slugs(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
