import { expect, it } from "vitest";
import { PartialPushError, SeederError } from "../../src/lifecycle/errors.ts";
import type { SegmentOutputs } from "../../src/lifecycle/state/segment.ts";

const half = "half \ud83d of one";
const whole = "half \\u{d83d} of one";

it("has a text that Pulumi accepts, whatever it is made of", () => {
  expect(new SeederError("MESSAGE_EDITED", half).message).toBe(`MESSAGE_EDITED: ${whole}`);
  expect(new PartialPushError("id", {} as SegmentOutputs, half).message).toBe(whole);
});
