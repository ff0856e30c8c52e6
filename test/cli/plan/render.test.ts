import { describe, expect, it } from "vitest";
import { planAnnotations } from "../../../src/cli/plan/github.ts";
import { commentMarker, noPlanMarkdown, planMarkdown } from "../../../src/cli/plan/markdown.ts";
import { commentCharacters } from "../../../src/cli/shared/markdown.ts";
import { jsonText, planJson } from "../../../src/cli/shared/plan/json.ts";
import type { ManifestPlan } from "../../../src/cli/shared/plan/model.ts";
import { planText } from "../../../src/cli/shared/plan/text.ts";
import { createProblem } from "../../../src/manifest/problem/problem.ts";
import { problemsWith } from "../schema.ts";
import { full, manifestOf, planOf } from "../shared/plan/fixture.ts";

const plainly = (_: string, text: string) => text;
const nothing = planOf([manifestOf("quiet", { messages: 1, pushedBefore: 1 })]);
const fromNothing = planOf([], { base: { kind: "nothing", code: "no_login", reason: "no login was found" } });

describe("a plan as text, Markdown, JSON and annotations", () => {
  it("matches the reviewed files", async () => {
    await expect(planText(full, plainly)).toMatchFileSnapshot("rendered/full.txt");
    await expect(planMarkdown(full)).toMatchFileSnapshot("rendered/full.md");
    await expect(jsonText(planJson(full))).toMatchFileSnapshot("rendered/full.json.txt");
    await expect(planAnnotations(full)).toMatchFileSnapshot("rendered/full.github.txt");
    await expect(planText(nothing, plainly)).toMatchFileSnapshot("rendered/nothing.txt");
    await expect(planMarkdown(fromNothing)).toMatchFileSnapshot("rendered/from-nothing.md");
  });

  it("has colours if requested", () => {
    expect(planText(full, (what, text) => `<${what}>${text}</>`)).toContain("<red>!</> <bold>edited</>");
  });
});

describe("an API address", () => {
  const refusal = "BASE_URL_UNTRUSTED: it would send the credentials to gateway.example.";
  const refused = planOf([], { address: { url: undefined, setting: undefined, refusal } });

  it("that is not allowed refuses the plan", () => {
    expect(planText(refused, plainly)).toContain(`\n! ${refusal}\n`);
    expect(planMarkdown(refused)).toContain(`\n❌ **refused**: \`${refusal}\`\n`);
    expect(planAnnotations(refused)).toContain(`::error title=REFUSED::${refusal}\n`);
    expect(planJson(refused)).toMatchObject({ refused: true, address: { url: null, refusal } });
    expect(problemsWith("plan", planJson(refused))).toEqual([]);
  });

  it("that is not Cloudflare's is shown with the setting that names it", () => {
    const url = "https://gateway.example/v4";
    const other = planOf([], { address: { url, setting: "CLOUDFLARE_BASE_URL", refusal: undefined } });
    expect(planText(other, plainly)).toContain(`API: ${url} (from CLOUDFLARE_BASE_URL)\n`);
    const secret = planOf([], { address: { url: undefined, setting: "cloudflare:baseUrl", refusal: undefined } });
    expect(planText(secret, plainly)).toContain("API: the secret cloudflare:baseUrl\n");
  });
});

describe("a plan through a Worker", () => {
  const push = { messages: 10_000_000, bytes: 10_000_000, requests: 100_000, operations: 10_000_000 };
  const fast = manifestOf("backfill", { queue: "fast", push });
  const slow = manifestOf("backfill", { push });

  it("names the transport of each queue, the Worker's address, its time and its cost", () => {
    const plan = planOf([fast], { worker: { url: "https://seeder.example.com" } });
    const text = planText(plan, plainly);
    expect(text).toContain("Worker: https://seeder.example.com\n");
    expect(text).toContain("fast (0123456789abcdef0123456789abcdef, through the Worker): 10,000,000 messages to push");
    expect(text).toMatch(
      /about US\$ 12\.00, and about US\$ 10\.25 for the Worker and its ledger\. It takes at least 35 min/,
    );
    expect(planMarkdown(plan)).toContain("\nWorker: `https://seeder.example.com`\n");
    expect(planMarkdown(plan)).toContain(", through the Worker\n");
    expect(planJson(plan)).toMatchObject({
      worker: { url: "https://seeder.example.com" },
      queues: [{ name: "fast", transport: "worker" }],
      total: { usd: 12, workerUsd: 10.245, seconds: 2_040.9 },
    });
    expect(problemsWith("plan", planJson(plan))).toEqual([]);
  });

  it("names the permission that the Worker's deployment needs, and omits it if there is no Worker", () => {
    expect(planText(planOf([fast], { worker: { url: null } }), plainly)).toContain("Account › Workers Scripts › Edit");
    const rest = planText(planOf([slow]), plainly);
    expect(rest).not.toContain("Worker");
    expect(rest).toMatch(/It takes at least 7 h 4\d min/);
  });
});

describe("the JSON", () => {
  it.each([full, nothing, fromNothing])("is valid against its schema", (plan) => {
    expect(problemsWith("plan", planJson(plan))).toEqual([]);
  });

  it("would be invalid without a digest or with another version", () => {
    const { digest: _, ...without } = planJson(full) as Record<string, unknown>;
    expect(problemsWith("plan", without)).not.toEqual([]);
    expect(problemsWith("plan", { ...planJson(full), version: 2 })).not.toEqual([]);
  });
});

describe("the comment", () => {
  const loaded = (name: string, body: string): ManifestPlan =>
    manifestOf(name, {
      push: { messages: 1, bytes: 1, requests: 1, operations: 1 },
      sample: [{ label: "#1", contentType: "json", delaySeconds: null, body, cut: false }],
    });

  it("begins with the marker by which a pipeline finds it", () => {
    expect(planMarkdown(full).split("\n")[0]).toBe("<!-- queue-seeder plan: shop/dev -->");
    expect(commentMarker({ project: "a--> b", stack: "c" })).toBe("<!-- queue-seeder plan: a--%3E%20b/c -->");
  });

  it("fits into a comment, however large the plan is, and says what it leaves out", () => {
    const many = planOf(Array.from({ length: 400 }, (_, n) => loaded(`manifest-${n}`, "x".repeat(200))));
    const text = planMarkdown(many);
    expect(text.length).toBeLessThanOrEqual(commentCharacters);
    expect(text).toMatch(/_\d+ sections did not fit into this comment/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    expect(text.match(/^```/gm)?.length).toBe(2 * (text.match(/<details>/g)?.length ?? 0));

    const rows = planMarkdown(planOf(Array.from({ length: 3000 }, (_, n) => loaded(`manifest-${n}`, "x"))));
    expect(rows.length).toBeLessThanOrEqual(commentCharacters);
    expect(rows).toMatch(/_\d,\d{3} rows did not fit into this comment/);
  });

  it("says what is wrong if there is no plan, and fits too", () => {
    const location = { file: "messages/a.yaml", line: 2, column: 1 };
    const wrong = createProblem("EMPTY_DOCUMENT", location, "```\nis empty", "Fill it");
    const text = (count: number) =>
      noPlanMarkdown({ project: "shop", stack: "dev" }, { problems: Array(count).fill(wrong), omitted: 2 });
    expect(text(1)).toBe(`<!-- queue-seeder plan: shop/dev -->
### Messages for \`dev\` of \`shop\`

❌ **No plan**: the manifests have errors.

\`\`\`\`text
messages/a.yaml:2:1 EMPTY_DOCUMENT: \`\`\`\\nis empty. Fill it
\`\`\`\`

_2 errors did not fit into this comment. Run \`queue-seeder validate\` to see all._
`);
    expect(text(3000).length).toBeLessThanOrEqual(commentCharacters);
    expect(text(3000)).toMatch(/_\d,\d{3} errors did not fit/);
  });

  it("lets no text become Markdown", () => {
    const body = "````\n</details> <!-- @everyone | `";
    const text = planMarkdown(planOf([{ ...loaded("a|b`c@d<e>", body), queue: "`q`" }]));
    expect(text).toContain("`````text");
    expect(text).toContain("| ``a\\|b`c@d<e>`` | `` `q` `` |");
    expect(text).toContain("<summary>a|b`c@&#8203;d&lt;e&gt; →");
  });
});
