import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadFiles } from "../support/fixture.ts";

const one = "queue: orders\nmessages:\n  - body: 1\n";
const waiting = (...names: readonly string[]) => `after: ${JSON.stringify(names)}\n${one}`;

describe("after", () => {
  it("accepts names, paths, manifests of other stacks, and invalid ones", async () => {
    const { manifests, problems } = await loadFiles(
      {
        "messages/a.yaml": waiting("own", "shop/b", "elsewhere", "broken", "misnamed"),
        "messages/named.yaml": `name: own\n${one}`,
        "messages/shop/b.yaml": one,
        "messages/elsewhere.yaml": `stacks: [prod]\n${one}`,
        "messages/broken.yaml": `qeue: 1\n${one}`,
        "messages/other.yaml": "name: misnamed\n",
      },
      { stack: "dev" },
    );
    expect(problems.map(({ code, location }) => `${location.file} ${code}`)).toEqual([
      "messages/broken.yaml UNKNOWN_KEY",
      "messages/other.yaml MISSING_KEY",
      "messages/other.yaml MISSING_KEY",
    ]);
    expect(manifests.find(({ name }) => name === "a")?.after).toHaveLength(5);
  });

  it("does not report a name as unknown if a file was not read", async () => {
    const files = { "messages/a.yaml": waiting("b"), "messages/x.yaml": "name: b\nqueue: [" };
    const whole = await loadFiles(files);
    expect(whole.problems.map(({ code }) => code)).toEqual(["YAML_SYNTAX"]);
    const part = await loadFiles(files, { files: ["messages/a.yaml"] });
    expect(part.problems).toEqual([]);
  });

  it("drops the manifests of a cycle, and keeps the others", async () => {
    const { manifests, problems } = await loadFiles({
      "messages/a.yaml": waiting("b"),
      "messages/b.yaml": waiting("c", "a"),
      "messages/c.yaml": waiting("b"),
      "messages/d.yaml": waiting("a"),
    });
    expect(problems.map(({ code }) => code)).toEqual(["AFTER_CYCLE", "AFTER_CYCLE"]);
    expect(manifests.map(({ name }) => name)).toEqual(["d"]);
  });

  it("is refused exactly if there is no valid order", async () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        const waits = Array.from({ length: 7 }, (_, n) => [
          ...new Set(pairs.filter(([from]) => from === n).map(([, to]) => `m${to}`)),
        ]);
        const files = waits.map((names, n) => [`messages/m${n}.yaml`, names.length ? waiting(...names) : one] as const);
        const { problems } = await loadFiles(Object.fromEntries(files));
        expect(problems.length > 0).toBe(!hasOrder(waits));
      }),
      { numRuns: 60 },
    );
  });
});

/** Removes manifests without pending dependencies until none is left. @returns whether all could be removed */
function hasOrder(waits: readonly (readonly string[])[]): boolean {
  const left = new Map(waits.map((names, n) => [`m${n}`, names]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [name, names] of left) if (!names.some((each) => left.has(each))) left.delete(name);
  }
  return left.size === 0;
}

it("accepts a chain of thousands", async () => {
  const count = 3_000;
  const documents = Array.from({ length: count }, (_, n) => `name: m${n}\n${n === 0 ? one : waiting(`m${n - 1}`)}`);
  const { manifests, problems } = await loadFiles({ "messages/a.yaml": documents.reverse().join("---\n") });
  expect([manifests.length, problems]).toEqual([count, []]);
});
