import { expect, it } from "vitest";
import { faultTypes } from "./fault-types.ts";
import { checkInvariants } from "./invariants.ts";
import { spelledOut } from "./manifest-model.ts";
import { draw } from "./schedule.ts";
import { patched } from "./world.ts";

const claim = (inDoubt: "resend" | "stop") => ({ manifest: "a", inDoubt, keys: ["one", "two"] });
const arrived = (one: number, two: number) => new Map(Object.entries({ one, two }).filter(([, times]) => times > 0));

it.each([
  ["nothing", "resend", arrived(1, 1), [], []],
  ["what is lost", "stop", arrived(1, 0), [], ["lost"]],
  ["what is twice and was not reported", "resend", arrived(2, 1), ["two"], ["twice, and no run reported it"]],
  ["nothing if it was reported", "resend", arrived(3, 1), ["one"], []],
  [
    "what is twice in spite of stop, reported or not",
    "stop",
    arrived(2, 1),
    ["one"],
    ["twice in spite of in_doubt: stop"],
  ],
] as const)("finds %s", (_, inDoubt, there, logged, found) => {
  expect(checkInvariants([claim(inDoubt)], there, new Set(logged)).map(({ what }) => what)).toEqual(found);
});

it("draws the same schedule for the same seed, and every kind of fault in a long one", () => {
  expect(draw(7, 10)).toEqual(draw(7, 10));
  expect(draw(7, 10)).not.toEqual(draw(8, 10));
  const dealt = new Set(draw(7, 200).rounds.flatMap(({ runs }) => runs.flat().map(({ fault }) => fault.name)));
  expect(dealt).toEqual(
    new Set([...faultTypes.faults, ...faultTypes.ends, ...faultTypes.states].map(({ name }) => name)),
  );
});

it("finds the text that it changes in the program's files", () => {
  expect(Object.keys(patched())).toHaveLength(3);
});

it("expands ranges", () => {
  expect(spelledOut(["a", "#5 to #7", "#9"])).toEqual(["a", "#5", "#6", "#7", "#9"]);
});
