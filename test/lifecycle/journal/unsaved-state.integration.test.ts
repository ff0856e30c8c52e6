import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const list = (bodies: readonly number[]) => bodies.map((body) => `  - { id: m${body}, body: ${body} }\n`).join("");
const manifest = (bodies: readonly number[], more = "") =>
  `queue: orders\n${more}${bodies.length === 0 ? "messages: []\n" : `messages:\n${list(bodies)}`}`;
const rowsOf = (more = "") => `queue: orders\n${more}source: { file: rows.ndjson }\n`;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const folder = () => join(world.root, ".queue-seeder/journal");

/** Runs a segment as Pulumi does: it compares first, and may find no changes. @returns the outputs to store in the state */
async function run(
  inputs: SegmentInputs,
  olds?: SegmentOutputs,
  env: Record<string, string> = {},
): Promise<SegmentOutputs> {
  const before = { ...world.env };
  Object.assign(world.env, env);
  const { lifecycle, end } = world.start();
  for (const name of Object.keys(env)) delete world.env[name];
  Object.assign(world.env, before);
  await lifecycle.check(olds ?? {}, inputs);
  try {
    if (olds === undefined) return (await lifecycle.create(inputs)).outs;
    const { changes } = await lifecycle.diff("id", olds, inputs);
    return changes ? (await lifecycle.update("id", olds, inputs)).outs : olds;
  } finally {
    end();
  }
}

/** Makes a run that fails. @returns the outputs that Pulumi stores: those of the failure, or else the previous ones */
async function failed(inputs: SegmentInputs, olds?: SegmentOutputs): Promise<SegmentOutputs> {
  const { outputs = olds } = await failureOf(run(inputs, olds));
  if (outputs === undefined) throw new Error("nothing was kept");
  return outputs;
}

/** Removes the end marker, as if the last run was killed before it wrote it. */
function killed(): void {
  for (const file of readdirSync(folder())) {
    const path = join(folder(), file);
    writeFileSync(path, readFileSync(path, "utf8").replace('{"ended":true}\n', ""));
  }
}

/** Makes a run on another machine, which has no journals. */
async function elsewhere(inputs: SegmentInputs, olds?: SegmentOutputs): Promise<SegmentOutputs> {
  return run(inputs, olds, { QUEUE_SEEDER_JOURNAL: "elsewhere" });
}

const loseAnswers = (times = 1) =>
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times });

describe("when the state was not saved", () => {
  it("pushes nothing twice, whatever the policy, and however often it is not saved", async () => {
    const first = await run(await world.segment(manifest([1], "in_doubt: stop\n")));
    const more = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    await run(more, first);
    const most = await world.segment(manifest([1, 2, 3], "in_doubt: stop\n"));
    await run(most, first);
    await run(most, first);
    const saved = await run(most, first);
    expect(world.bodies()).toEqual([1, 2, 3]);
    expect(withEmpties(saved)).toMatchObject({
      pushed: 3,
      inDoubt: 0,
      lastPush: { pushed: 2, possibleDuplicates: [] },
    });
    expect(readdirSync(folder())).toHaveLength(1);
    expect(await run(most, saved)).toBe(saved);
    expect(readdirSync(folder())).toEqual([]);
  });

  it("does the same after a failed run, and for what that left in doubt", async () => {
    const inputs = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    loseAnswers();
    await failureOf(run(inputs));
    const more = await world.segment(manifest([1, 2, 3], "in_doubt: stop\n"));
    const kept = await failed(more);
    expect(kept).toMatchObject({ pushed: 1, inDoubtMessages: ["m1", "m2"] });
    expect(world.bodies()).toEqual([1, 2, 3]);
  });

  it("does so after an older state was restored, too", async () => {
    const first = await run(await world.segment(manifest([1])));
    const more = await world.segment(manifest([1, 2]));
    const second = await run(more, first);
    expect(second.pushed).toBe(2);
    expect(withEmpties(await run(more, first))).toMatchObject({ pushed: 2, lastPush: { possibleDuplicates: [] } });
    expect(world.bodies()).toEqual([1, 2]);
  });
});

describe("when the state moved on without the journal", () => {
  /** Brings the state to the third run, with a journal of the second run that the state does not contain. */
  async function movedOn(more = ""): Promise<[SegmentInputs, SegmentOutputs]> {
    const first = await run(await world.segment(manifest([1], more)));
    await run(await world.segment(manifest([1, 2], more)), first);
    const third = await elsewhere(await world.segment(manifest([1, 3], more)), first);
    expect(world.bodies()).toEqual([1, 2, 3]);
    return [await world.segment(manifest([1, 2, 3], more)), third];
  }

  it("treats messages that the ledger lacks as in doubt: sends them again, and names them", async () => {
    const [inputs, olds] = await movedOn();
    expect(await run(inputs, olds)).toMatchObject({ pushed: 3, lastPush: { pushed: 1, possibleDuplicates: ["m2"] } });
    expect(world.bodies()).toEqual([1, 2, 3, 2]);
  });

  it("or holds it with stop, until it is settled", async () => {
    const [inputs, olds] = await movedOn("in_doubt: stop\n");
    const kept = await failed(inputs, olds);
    expect(kept).toMatchObject({ pushed: 2, inDoubt: 1, inDoubtMessages: ["m2"] });
    expect((await failureOf(run(inputs, kept))).message).toContain(
      "They are not sent again, because of `in_doubt: stop`",
    );
    expect(world.bodies()).toEqual([1, 2, 3]);
  });

  it("casts no doubt on what the ledger has", async () => {
    const first = await run(await world.segment(manifest([1], "in_doubt: stop\n")));
    const more = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    await run(more, first);
    const third = await elsewhere(more, first);
    expect(await run(more, third)).toMatchObject({ pushed: 2, inDoubt: 0 });
    expect(world.bodies()).toEqual([1, 2, 2]);
  });

  it("does the same for rows, if they are unchanged", async () => {
    world.write("messages/rows.ndjson", "1");
    world.write("messages/a.yaml", rowsOf("in_doubt: stop\n"));
    const segment = async () => (await world.segments())[0] as SegmentInputs;
    const first = await run(await segment());
    world.write("messages/rows.ndjson", "1\n2\n3");
    await run(await segment(), first);
    world.write("messages/rows.ndjson", "1\n5");
    const third = await elsewhere(await segment(), first);
    world.write("messages/rows.ndjson", "1\n5\n3");
    expect(await failed(await segment(), third)).toMatchObject({ pushed: 2, inDoubtMessages: ["#3"] });
    expect(world.bodies()).toEqual([1, 2, 3, 5]);
  });
});

describe("when nothing is left to push", () => {
  it("takes over pushed messages that were removed from the manifest, so that they are pushed again if they come back", async () => {
    const first = await run(await world.segment(manifest([1])));
    await run(await world.segment(manifest([1, 2])), first);
    const taken = await run(await world.segment(manifest([1])), first);
    expect(taken.runs).not.toEqual(first.runs);
    expect(await run(await world.segment(manifest([1])), taken)).toBe(taken);
    expect(readdirSync(folder())).toEqual([]);
    await run(await world.segment(manifest([1, 2])), taken);
    expect(world.bodies()).toEqual([1, 2, 2]);
  });

  it("refuses an edit of a message that only the journal has", async () => {
    const first = await run(await world.segment(manifest([1])));
    await run(await world.segment(`${manifest([1])}  - { id: two, body: 2 }\n`), first);
    const edited = await world.segment(`${manifest([1])}  - { id: two, body: 3 }\n`);
    const failure = await failureOf(run(edited, first));
    expect(failure.message).toMatch(/^MESSAGE_EDITED: .*\n.*the message "two"/);
    expect(world.bodies()).toEqual([1, 2]);
  });
});

describe("another queue", () => {
  it("has its own journal, based on its own ledger", async () => {
    const first = await run(await world.segment(manifest([1])));
    const inputs = await world.segment(manifest([1, 2]));
    const other = { ...inputs, queueId: world.emulator.queueId("second") };
    const there = () => world.emulator.messages("second").map(({ body }) => body);
    // Killed on the other queue, then a new message on the first queue, then the other queue again.
    await run(other, first);
    const back = await run(inputs, first);
    expect(back.pushed).toBe(2);
    const final = await run(other, back);
    expect([world.bodies(), there()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(withEmpties(final)).toMatchObject({ pushed: 2, lastPush: { pushed: 2, possibleDuplicates: [] } });
    expect(await run(inputs, final)).toMatchObject({ pushed: 2, lastPush: final.lastPush });
    expect(world.bodies()).toEqual([1, 2]);
  });
});

describe("finds the journal", () => {
  const renamed = {
    stack: { stack: "staging", resourceUrn: "urn:pulumi:staging::p::a/0" },
    project: { project: "q", resourceUrn: "urn:pulumi:dev::q::a/0" },
    component: { resourceUrn: "urn:pulumi:dev::p::other$a/0" },
  } as const;

  it.each(Object.entries(renamed))("after the %s was renamed", async (_, names) => {
    const inputs = await world.segment(manifest([1, 2]));
    await run(inputs);
    const first = await run({ ...inputs, ...names });
    expect(withEmpties(first)).toMatchObject({ pushed: 2, lastPush: { possibleDuplicates: [] } });
    const more = await world.segment(manifest([1, 2, 3]));
    await run(more, first);
    expect(withEmpties(await run({ ...more, ...names }, first))).toMatchObject({
      pushed: 3,
      lastPush: { possibleDuplicates: [] },
    });
    expect(world.bodies()).toEqual([1, 2, 3]);
  });

  it("after a rename was taken back, which gives the deployment another id", async () => {
    const first = await run(await world.segment(manifest([1])));
    const more = await world.segment(manifest([1, 2]));
    await run({ ...more, manifest: "a" }, first);
    expect(await run({ ...more, deployment: "the second" }, first)).toMatchObject({ pushed: 2 });
    expect(world.bodies()).toEqual([1, 2]);
  });

  it("of a killed first run without checkpoints, whose deployment is in no state", async () => {
    const inputs = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    await run(inputs, undefined, { PULUMI_SKIP_CHECKPOINTS: "true" });
    killed();
    expect(await run({ ...inputs, deployment: "the second" })).toMatchObject({ pushed: 2, inDoubt: 0 });
    expect(world.bodies()).toEqual([1, 2]);
  });

  it("of another deployment by its name alone, and treats its messages as in doubt", async () => {
    const inputs = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    await run(inputs);
    killed();
    const failure = await failureOf(run({ ...inputs, deployment: "the second" }));
    expect(failure.outputs).toMatchObject({ pushed: 0, inDoubtMessages: ["m1", "m2"] });
    expect(world.bodies()).toEqual([1, 2]);
  });
});

describe("a journal that was copied", () => {
  it("is taken over once, although its copy reappears", async () => {
    const first = await run(await world.segment(manifest([1], "in_doubt: stop\n")));
    const more = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    await run(more, first);
    cpSync(folder(), join(world.root, "cache"), { recursive: true });
    const most = await world.segment(manifest([1, 2, 3], "in_doubt: stop\n"));
    const saved = await run(most, first);
    rmSync(folder(), { recursive: true });
    cpSync(join(world.root, "cache"), folder(), { recursive: true });
    expect(await run(most, saved)).toBe(saved);
    expect(readdirSync(folder())).toEqual([]);
    expect(world.bodies()).toEqual([1, 2, 3]);
  });
});

describe("a first run whose state was not saved", () => {
  it.each([
    ["messages", "a data file", manifest([1, 2]), rowsOf()],
    ["a data file", "messages", rowsOf(), manifest([1, 2])],
  ])("is refused when %s became %s, and nothing is pushed again", async (_, _now, before, after) => {
    world.write("messages/rows.ndjson", "1\n2\n");
    await run({ ...(await world.segment(before)), deployment: "one that no state has" });
    const inputs = await world.segment(after);
    for (const deployment of ["the first", "another"]) {
      const failure = await failureOf(run({ ...inputs, deployment }));
      expect(failure.message).toMatch(/^SOURCE_CHANGED: .*the journal of an earlier run records /);
    }
    expect(world.bodies()).toEqual([1, 2]);
  });

  it.each([
    ["stop", [], 2],
    ["resend", ["m1", "m2"], 4],
  ])("is found under the manifest's former names: %s", async (policy, twice, arrived) => {
    const more = `in_doubt: ${policy}\n`;
    const first = await world.segment(manifest([1, 2], more));
    await run({ ...first, resourceUrn: "urn::a/0", deployment: "one that no state has" });
    const moved = await world.segment(`name: b\nmoved_from: [older, a]\n${manifest([1, 2], more)}`);
    const inputs = { ...moved, resourceUrn: "urn::b/0" };
    const outs = await run(inputs).catch((failure: { outputs: SegmentOutputs }) => failure.outputs);
    expect(withEmpties(outs)).toMatchObject({
      inDoubtMessages: policy === "stop" ? ["m1", "m2"] : [],
      lastPush: { possibleDuplicates: twice },
    });
    expect(world.bodies()).toHaveLength(arrived);
  });
});

it("counts what a replacement with an unsaved state pushed, if Pulumi replaces the resource again", async () => {
  const inputs = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
  const tainted = await run(inputs);
  const replace = async () => {
    const { lifecycle, end } = world.start();
    await lifecycle.check(tainted, inputs);
    await lifecycle.remove("id", tainted);
    const { outs } = await lifecycle.create(inputs);
    end();
    return outs;
  };
  await replace();
  expect(world.bodies()).toEqual([1, 2, 1, 2]);
  expect(withEmpties(await replace())).toMatchObject({ pushed: 2, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
  expect(world.bodies()).toEqual([1, 2, 1, 2]);
});

describe("modes", () => {
  it.each(["on_change", "every_deploy"])("finishes in %s what a killed run began with once", async (mode) => {
    const once = await world.segment(manifest(numbers(3)));
    await run(once);
    const inputs = await world.segment(manifest(numbers(3), `push: ${mode}\n`));
    const outs = await run(inputs);
    expect(outs).toMatchObject({ pushed: 3, ledger: { complete: true } });
    expect(world.bodies()).toEqual([0, 1, 2]);
  });

  it.each(["on_change", "every_deploy"])("does the same for rows in %s", async (mode) => {
    world.write("messages/rows.ndjson", numbers(250).join("\n"));
    world.write("messages/a.yaml", rowsOf());
    const segment = async () => (await world.segments())[0] as SegmentInputs;
    world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
    await failureOf(run(await segment()));
    world.emulator.faults.clear();
    const before = world.bodies().length;
    expect(before).toBeGreaterThan(0);
    world.write("messages/a.yaml", rowsOf(`push: ${mode}\n`));
    expect(await run(await segment())).toMatchObject({ pushed: 250, ledger: { complete: true } });
    expect(world.bodies()).toHaveLength(250);
  });

  it.each(["on_change", "every_deploy"])(
    "holds messages in doubt in %s, also in a delivery of other messages",
    async (mode) => {
      const text = (bodies: readonly number[], push: string) => manifest(bodies, `push: ${push}\nin_doubt: stop\n`);
      loseAnswers();
      const kept = await failed(await world.segment(text([1, 2], "once")));
      expect(kept.inDoubtMessages).toEqual(["m1", "m2"]);
      const same = await failed(await world.segment(text([1, 2], mode)), kept);
      expect(same.inDoubtMessages).toEqual(["m1", "m2"]);
      const others = await failed(await world.segment(text([0, 1, 2], mode)), same);
      expect(others).toMatchObject({ pushed: 1, inDoubtMessages: ["m1", "m2"] });
      expect(world.bodies()).toEqual([1, 2, 0]);
    },
  );

  it.each(["on_change", "every_deploy"])(
    "holds rows in doubt in %s, wherever they are in the file by then",
    async (mode) => {
      const segment = async (more: string) => {
        world.write("messages/a.yaml", rowsOf(`${more}in_doubt: stop\n`));
        return (await world.segments())[0] as SegmentInputs;
      };
      world.write("messages/rows.ndjson", numbers(3).join("\n"));
      loseAnswers();
      const kept = await failed(await segment(""));
      const same = await failed(await segment(`push: ${mode}\n`), kept);
      expect(same.inDoubtMessages).toEqual(["#1 to #3"]);
      world.write("messages/rows.ndjson", [9, ...numbers(3), 8].join("\n"));
      const others = await failed(await segment(`push: ${mode}\n`), same);
      expect(others).toMatchObject({ pushed: 2, inDoubtMessages: ["#2 to #4"] });
      expect(world.bodies()).toEqual([0, 1, 2, 9, 8]);
    },
  );

  it("sends messages in doubt again before a new delivery with resend, and names them", async () => {
    loseAnswers();
    const kept = await failed(await world.segment(manifest([1, 2], "push: on_change\nin_doubt: stop\n")));
    const outs = await run(await world.segment(manifest([1, 2, 3], "push: on_change\n")), kept);
    expect(outs).toMatchObject({ pushed: 3, lastPush: { possibleDuplicates: ["m1", "m2"] } });
    expect(world.bodies()).toEqual([1, 2, 1, 2, 3]);
  });

  it("begins a new delivery after a killed one of other messages, as after one that failed", async () => {
    const text = (bodies: readonly number[]) => manifest(bodies, "push: on_change\n");
    const first = await run(await world.segment(text([1, 2])));
    await run(await world.segment(text([1, 2, 3])), first);
    expect(world.bodies()).toHaveLength(5);
    const back = await run(await world.segment(text([1, 2])), first);
    expect(back).toMatchObject({ pushed: 2, lastPush: { pushed: 2 } });
    expect(world.bodies()).toHaveLength(7);
    expect(await run(await world.segment(text([1, 2])), back)).toBe(back);
  });

  it("pushes nothing if only the mode changed", async () => {
    const outs = await run(await world.segment(manifest([1, 2])));
    const changed = await run(await world.segment(manifest([1, 2], "push: on_change\n")), outs);
    expect(await run(await world.segment(manifest([1, 2])), changed)).toMatchObject({ pushed: 2 });
    expect(world.bodies()).toEqual([1, 2]);
  });
});
