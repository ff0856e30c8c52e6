import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine } from "./measure.ts";

/** A section of bench/RESULTS.md. */
export interface Section {
  readonly name: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

const path = join(import.meta.dirname, "../RESULTS.md");

const head = `# Measured

\`npm run bench\` measures everything, \`npm run bench -- NAME …\` some sections. Absolute figures are this machine's; a
ratio compares two things that took turns on it.
`;

/** Replaces one section of bench/RESULTS.md and keeps the others. @param names of all sections, in order */
export function keepResult(section: Section, names: readonly string[]): void {
  const parts = new Map<string, string>();
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  for (const [, name = "", text = ""] of before.matchAll(/<!-- (\S+) -->\n([\s\S]*?)(?=\n<!-- |$)/g)) {
    parts.set(name, text.trimEnd());
  }
  const day = new Date().toISOString().slice(0, 10);
  parts.set(section.name, `## ${section.title}\n\n${section.text}\n\n${machine()}; ${day}.`);
  const kept = names.flatMap((name) => {
    const text = parts.get(name);
    return text === undefined ? [] : [`<!-- ${name} -->\n${text}\n`];
  });
  writeFileSync(path, [head, ...kept].join("\n"));
}
