import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { manifestReference } from "../../scripts/docs/manifest.ts";
import { formatDiagnostic, loadManifests } from "../../src/manifest/index.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { pages, repository } from "./support/pages.ts";

/** The data files that the documented manifests name, in the manifest's folder. */
const files = {
  "orders.ndjson": '{"order":1,"customer":"c-1"}\n{"order":2,"customer":"c-2"}\n',
  "orders.csv": "order,customer\n1,c-1\n2,c-2\n",
  "schemas/order.json": '{"type":"object","required":["order"]}\n',
};

/** Returns the blocks that contain complete manifests: documents with a queue and messages. */
function manifestBlocks() {
  return pages().flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language, text }) => language === "yaml" && isManifest(text))
      .map(({ line, text }) => [`${path}:${line}`, text] as const),
  );
}

function isManifest(text: string): boolean {
  const [document] = parseAllDocuments(text);
  const value: unknown = document?.toJS();
  return typeof value === "object" && value !== null && "queue" in value && ("messages" in value || "source" in value);
}

describe("the manifest at", () => {
  it.each(manifestBlocks())("%s is valid", async (_, text) => {
    using folder = temporaryFolder();
    const data = Object.entries(files).map(([path, content]) => [`messages/${path}`, content]);
    writeFiles(folder.path, { ...Object.fromEntries(data), "messages/page.yaml": text });
    const { manifests, problems } = await loadManifests({ root: folder.path });
    // Manifests in other files are not loaded, so `after` cannot find them.
    expect(problems.filter(({ code }) => code !== "AFTER_UNKNOWN").map(formatDiagnostic)).toEqual([]);
    if (problems.length === 0) expect(manifests.length).toBeGreaterThan(0);
  });

  it("is one of several", () => {
    expect(manifestBlocks().length).toBeGreaterThan(1);
  });
});

it("the reference matches the schema", () => {
  const read = (path: string) => readFileSync(join(repository, path), "utf8");
  const made = manifestReference(JSON.parse(read("messages/manifest.schema.json")), {
    top: read("scripts/docs/manifest-top.md"),
  });
  // If it is outdated: npm run docs.
  expect(read("docs/manifest.md")).toBe(made);
});
