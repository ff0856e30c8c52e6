import { describe, expect, it } from "vitest";
import { rehearsalAnnotations } from "../../../src/cli/rehearse/formats/github.ts";
import { rehearsalJson } from "../../../src/cli/rehearse/formats/json.ts";
import { rehearsalJunit } from "../../../src/cli/rehearse/formats/junit.ts";
import { rehearsalMarkdown } from "../../../src/cli/rehearse/formats/markdown.ts";
import { rehearsalText } from "../../../src/cli/rehearse/formats/text.ts";
import { isAsExpected } from "../../../src/rehearse/summary.ts";
import type { Rehearsal } from "../../../src/rehearse/types.ts";
import { problemsWith } from "../schema.ts";
import { good, mixed } from "./fixture.ts";

const plainly = (_: string, text: string) => text;
const nothing: Rehearsal = { queues: [], withoutConsumer: [], ended: "finished" };

describe("a rehearsal as text, Markdown, annotations and JUnit", () => {
  it("matches the reviewed files", async () => {
    await expect(rehearsalText(mixed, plainly)).toMatchFileSnapshot("rendered/mixed.txt");
    await expect(rehearsalText(good, plainly)).toMatchFileSnapshot("rendered/good.txt");
    await expect(rehearsalMarkdown(mixed)).toMatchFileSnapshot("rendered/mixed.md");
    await expect(rehearsalMarkdown(good)).toMatchFileSnapshot("rendered/good.md");
    await expect(rehearsalAnnotations(mixed, "shop/")).toMatchFileSnapshot("rendered/mixed.github.txt");
    await expect(rehearsalJunit(mixed)).toMatchFileSnapshot("rendered/mixed.junit.xml");
  });

  it("reports that there was nothing to rehearse, and why it ended", () => {
    expect(rehearsalText(nothing, plainly)).toBe("There is nothing to rehearse.\n");
    expect(rehearsalMarkdown(nothing)).toContain("<b>The consumer</b>: nothing to rehearse");
    const late: Rehearsal = { ...good, ended: "timed_out" };
    expect(rehearsalText(late, plainly)).toContain("--timeout");
    expect(rehearsalMarkdown(late)).toContain("**Not finished**");
    expect(rehearsalAnnotations(late)).toContain("::error title=Rehearsal::");
  });
});

describe("the JSON", () => {
  it.each([mixed, good, nothing])("is valid against its schema", (rehearsal) => {
    expect(problemsWith("rehearse", rehearsalJson(rehearsal))).toEqual([]);
  });

  it("would be invalid with another version or an unknown outcome", () => {
    expect(problemsWith("rehearse", { ...rehearsalJson(good), version: 2 })).not.toEqual([]);
    const [queue] = good.queues;
    const odd = { ...queue, messages: queue?.messages.map((each) => ({ ...each, outcome: "lost" })) };
    expect(problemsWith("rehearse", rehearsalJson({ ...good, queues: [odd] } as Rehearsal))).not.toEqual([]);
  });
});

describe("the Markdown", () => {
  it("leaves out what does not fit, message by message, and says how many", () => {
    const [queue] = mixed.queues;
    const bad = queue?.messages.filter(({ outcome }) => outcome === "dead_lettered") ?? [];
    const many = { ...mixed, queues: [{ ...queue, messages: Array(200).fill(bad[0]) }] } as Rehearsal;
    const text = rehearsalMarkdown(many, 5_000);
    expect(text.length).toBeLessThanOrEqual(5_000);
    expect(text).toMatch(
      /_1\d\d messages more did not fit\. Run `queue-seeder rehearse` to see all\._\n\n<\/details>\n$/,
    );
  });
});

it("is one line if a plan leaves no more room", () => {
  const line = "\n**The consumer**: ❌ orders, 2 acknowledged, 3 dead-lettered; ✅ mails, 1 handed over\n";
  expect(rehearsalMarkdown(mixed, 300)).toBe(line);
  expect(rehearsalMarkdown(mixed, -1)).toBe(line);
});

describe("the success of a rehearsal", () => {
  it.each([
    [good, true],
    [nothing, true],
    [mixed, false],
    [{ ...good, ended: "timed_out" } as const, false],
    [{ ...good, ended: "interrupted" } as const, false],
  ])("is the result of the whole rehearsal", (rehearsal, well) => {
    expect(isAsExpected(rehearsal)).toBe(well);
  });
});
