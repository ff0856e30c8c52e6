import { afterEach, beforeEach, expect, it } from "vitest";
import { parseInlineMessages } from "../../../src/lifecycle/source/inline-messages.ts";
import type { InlineMessage, SegmentInputs } from "../../../src/lifecycle/state/segment.ts";
import { unknownValue } from "../../../src/lifecycle/state/unknown.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

/** Returns the inputs that the program passes; the provider computes the rest. */
async function asked(given: readonly InlineMessage[], more: Partial<SegmentInputs> = {}): Promise<SegmentInputs> {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 0 }]\n");
  const nothing = { file: "", messages: 0, bytes: 0, digest: "", content: { kind: "messages", keys: "" } } as const;
  return { ...inputs, ...nothing, ...more, inlineMessages: given };
}

async function checked(given: readonly InlineMessage[], more?: Partial<SegmentInputs>): Promise<SegmentInputs> {
  const { inputs, failures } = await world.start().lifecycle.check({ manifest: "a" }, await asked(given, more));
  expect(failures).toBeUndefined();
  return inputs;
}

it("pushes the program's messages once, and keeps no body in its outputs", async () => {
  const given = [
    { id: "one", body: '{"b":1,"a":null}' },
    { body: '"words"', contentType: "text", delaySeconds: 5 },
  ] as const;
  const inputs = await checked(given);
  expect(inputs).toMatchObject({ messages: 2, bytes: 21 });
  const { lifecycle } = world.start();
  const { id, outs } = await lifecycle.create(inputs);
  expect(world.bodies()).toEqual([{ b: 1, a: null }, "words"]);
  expect(world.emulator.messages("orders").map(({ delaySeconds }) => delaySeconds)).toEqual([0, 5]);
  expect(JSON.stringify(outs)).not.toContain("words");
  expect(outs).not.toHaveProperty("inlineMessages");

  const reordered = await checked([given[1], { id: "one", body: '{ "a": null, "b": 1 }' }]);
  expect(await lifecycle.diff(id, outs, reordered)).toEqual({ changes: false, replaces: [] });
  const added = await checked([...given, { body: "3" }]);
  expect(await lifecycle.diff(id, outs, added)).toEqual({ changes: true, replaces: [] });
  await lifecycle.update(id, outs, added);
  expect(world.bodies()).toEqual([{ b: 1, a: null }, "words", 3]);
});

it.each<["on_change" | "every_deploy", number[][]]>([
  [
    "on_change",
    [
      [1, 2],
      [1, 2, 3],
    ],
  ],
  [
    "every_deploy",
    [
      [1, 2],
      [1, 2],
      [1, 2, 3],
    ],
  ],
])("pushes all messages again according to %s", async (mode, [...runs]) => {
  const { lifecycle } = world.start();
  const of = (...bodies: number[]) =>
    checked(
      bodies.map((body) => ({ body: String(body) })),
      { mode },
    );
  let { outs } = await lifecycle.create(await of(1, 2));
  for (const bodies of [
    [1, 2],
    [1, 2, 3],
  ]) {
    const inputs = await of(...bodies);
    if ((await lifecycle.diff("a/0", outs, inputs)).changes) ({ outs } = await lifecycle.update("a/0", outs, inputs));
  }
  expect(world.bodies()).toEqual(runs.flat());
});

it("names the message whose id now has a different body", async () => {
  const { lifecycle } = world.start();
  const { outs } = await lifecycle.create(await checked([{ body: "0" }, { id: "one", body: "1" }]));
  const edited = await checked([{ body: "0" }, { id: "one", body: "2" }]);
  await expect(lifecycle.diff("a/0", outs, edited)).rejects.toThrow(
    /MESSAGE_EDITED.*\nmessages\[1\] the message "one" was pushed with a different body/,
  );
  await expect(lifecycle.update("a/0", outs, edited)).rejects.toThrow("MESSAGE_EDITED");
  expect(world.bodies()).toEqual([0, 1]);
});

it("counts known messages in a preview, and does not count unknown ones as removed", async () => {
  const { outs } = await world.start().lifecycle.create(await checked([{ body: "1" }, { body: "2" }]));
  const { lifecycle } = world.start();
  const preview = async (given: readonly InlineMessage[]) => {
    world.logged.length = 0;
    const news = { ...(await asked(given)), preview: true };
    const { inputs, failures } = await lifecycle.check({ manifest: "a" }, news);
    expect(failures).toBeUndefined();
    expect((await lifecycle.diff("a/0", outs, inputs)).changes).toBe(true);
    return world.logged;
  };
  expect(await preview([{ body: "1" }, { body: unknownValue }, { body: "3" }])).toEqual([
    "info: 1 message to push to orders, 1 pushed before, 1 more with values that are only known during the run",
  ]);
  expect(await preview(unknownValue as never)).toEqual([
    "info: 0 messages to push to orders, plus messages that are only known during the run",
  ]);
});

it("reports every problem with its location, and no body", async () => {
  const given = [
    { id: "", body: "1" },
    { id: "twice", body: "secret words" },
    { id: "twice", body: "1", contentType: "xml", delaySeconds: 1.5 },
    { body: "[1]", contentType: "text" },
    { body: JSON.stringify("x".repeat(128_000)) },
    { body: '"\\ud800"' },
    { body: "no JSON: NaN at a" },
    { id: "\u0007", body: unknownValue, delaySeconds: 86_401 },
  ] as readonly InlineMessage[];
  const { failures = [] } = await world.start().lifecycle.check({}, await asked(given));
  expect(failures.map(({ property }) => property)).toEqual([""]);
  const lines = failures.flatMap(({ reason }) => reason.split("\n"));
  expect(lines.map((line) => line.split(": ")[0])).toEqual([
    "nothing from a was pushed.",
    "messages[0].id VALUE_NOT_ALLOWED",
    "messages[1].body BODY_NOT_JSON",
    "messages[2].contentType VALUE_NOT_ALLOWED",
    "messages[2].delaySeconds VALUE_NOT_ALLOWED",
    "messages[2].id DUPLICATE_ID",
    "messages[3].body TEXT_BODY_NOT_TEXT",
    "messages[4].body BODY_TOO_LARGE",
    "messages[5].body TEXT_NOT_UNICODE",
    "messages[6].body BODY_NOT_JSON",
    "messages[7].id VALUE_NOT_ALLOWED",
    "messages[7].delaySeconds VALUE_NOT_ALLOWED",
  ]);
  expect(lines.join()).toContain("NaN at a");
  expect(lines.join()).not.toContain("secret words");
});

it("accepts a list without messages", () => {
  expect(parseInlineMessages([])).toMatchObject({ messages: [], unknown: 0, problems: [] });
});
