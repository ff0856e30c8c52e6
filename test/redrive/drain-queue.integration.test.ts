import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCondition } from "../../src/redrive/index.ts";
import { Killed, stepping } from "./support/kill.ts";
import { makeWorld, numbered, visibilityMs } from "./support/world.ts";

const bodies = (count: number, from = 0) => numbered(count, from).map(({ body }) => body);

describe("a peek", () => {
  it("writes the messages that the queue shows, and leaves them there", async () => {
    await using world = await makeWorld();
    await world.fill([...numbered(3), { body: "words", content_type: "text" }]);
    expect(await world.peek()).toMatchObject({ seen: 4, backlog: 4 });
    expect([world.rows(), world.rows("text")]).toEqual([bodies(3), ["words"]]);
    expect(world.left()).toHaveLength(4);
    expect(world.files()).toEqual(["out.ndjson", "out.text.ndjson"]);
  });

  it("writes the 100 oldest deliverable messages, and reports how many there are", async () => {
    await using world = await makeWorld();
    await world.fill([{ body: "later", delay_seconds: 60 }, ...numbered(150)]);
    expect(await world.peek()).toMatchObject({ seen: 100, backlog: 151 });
    expect(world.rows()).toEqual(bodies(100));
  });

  it("that was killed continues, with nothing to acknowledge", async () => {
    await using reference = await makeWorld();
    await reference.fill(numbered(3));
    const { ports, made } = stepping(reference.ports);
    await reference.peek({}, ports);
    for (const at of made.keys()) {
      for (const when of ["before", "half", "after"] as const) {
        await using world = await makeWorld();
        await world.fill(numbered(3));
        await expect(world.peek({}, stepping(world.ports, at, when).ports)).rejects.toThrow(Killed);
        if (made[at] === "remove out.progress" && when === "after") continue;
        expect(await world.peek()).toMatchObject({ unsettled: [], backlog: 3 });
        expect([world.rows(), world.files()]).toEqual([bodies(3), ["out.ndjson"]]);
      }
    }
  });
});

describe("taking", () => {
  it("empties the queue, each message once", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(250));
    expect(await world.take()).toEqual({ remaining: 0, backlog: 0, stopped: false, unsettled: [] });
    expect([world.rows(), world.left(), world.files()]).toEqual([bodies(250), [], ["out.ndjson", "out.yaml"]]);
  });

  it("writes before it acknowledges", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(3));
    const acknowledged: unknown[] = [];
    const { source } = world.ports;
    const watched: typeof source = {
      ...source,
      acknowledge: (queue, leases) => {
        acknowledged.push([leases.length, world.rows()]);
        return source.acknowledge(queue, leases);
      },
    };
    await world.take({}, { source: watched });
    expect(acknowledged).toEqual([[3, bodies(3)]]);
  });

  it("stops at the limit, without a delivery beyond it", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(150));
    await world.take({ limit: 120 });
    expect(world.rows()).toEqual(bodies(120));
    expect(world.emulator.messages("dead").map(({ attempts }) => attempts)).toEqual(Array(30).fill(0));
  });

  it("leaves what is not selected in the queue, ready for others at once", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(250).map(({ body }, index) => ({ body: { ...(body as object), odd: index % 2 === 1 } })));
    const conditions = [parseCondition("/odd=true")].flatMap((each) => each ?? []);
    const taken = await world.take({ selection: { conditions, sinceMs: undefined } });
    expect(taken).toMatchObject({ remaining: 125, backlog: 125, unsettled: [] });
    expect(world.rows()).toHaveLength(125);
    expect(world.emulator.messages("dead").every(({ state, attempts }) => state === "ready" && attempts === 1)).toBe(
      true,
    );
  });

  it("finds the last message of a queue that takes longer than a lease", async () => {
    await using world = await makeWorld();
    await world.fill([...numbered(250), { body: { wanted: true } }]);
    const conditions = [parseCondition("/wanted=true")].flatMap((each) => each ?? []);
    const { source } = world.ports;
    let pulls = 0;
    const slow = {
      ...source,
      pull: (...args: Parameters<typeof source.pull>) => {
        pulls += 1;
        if (pulls === 2) world.time.advance(visibilityMs + 1);
        return source.pull(...args);
      },
    };
    const taken = await world.take({ selection: { conditions, sinceMs: undefined } }, { source: slow });
    expect([world.rows(), taken.remaining, taken.unsettled]).toEqual([[{ wanted: true }], 250, []]);
  });

  it("selects by time", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(2));
    world.time.advance(1_000);
    const sinceMs = world.time.now();
    await world.fill(numbered(2, 2));
    await world.take({ selection: { conditions: [], sinceMs } });
    expect([world.rows(), world.left()]).toEqual([bodies(2, 2), bodies(2)]);
  });

  it("keeps a message that is not selected and that the queue would drop", async () => {
    await using world = await makeWorld({ maxRetries: 1 });
    await world.fill([{ body: { wanted: true } }, { body: { wanted: false } }]);
    await world.call("/messages/pull", { batch_size: 2, visibility_timeout_ms: 1_000 });
    world.time.advance(1_001);
    const conditions = [parseCondition("/wanted=true")].flatMap((each) => each ?? []);
    expect(await world.take({ selection: { conditions, sinceMs: undefined } })).toMatchObject({
      remaining: 0,
      backlog: 0,
    });
    expect(world.rows()).toEqual([{ wanted: true }]);
    expect(world.rows("unpushable")).toMatchObject([
      { body: '{"wanted":false}', note: expect.stringContaining("dropped") },
    ]);
  });
});

describe("leases", () => {
  it("that expired are not acknowledged: the message is delivered again, and acknowledged then", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    const { source, disk } = world.ports;
    let slow = true;
    const acknowledged: number[] = [];
    const ports = {
      source: {
        ...source,
        acknowledge: (...args: Parameters<typeof source.acknowledge>) => {
          acknowledged.push(args[1].length);
          return source.acknowledge(...args);
        },
      },
      disk: {
        ...disk,
        grow: async (path: string, size: number | undefined) => {
          // The disk hangs for longer than the leases.
          if (slow && path.endsWith(".ndjson")) {
            slow = false;
            world.time.advance(visibilityMs);
          }
          return disk.grow(path, size);
        },
      },
    };
    expect(await world.take({}, ports)).toMatchObject({ unsettled: [], backlog: 0 });
    expect([world.rows(), world.left(), acknowledged]).toEqual([bodies(5), [], [5]]);
  });

  it("that expired while the machine slept are not acknowledged", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    const { clock, disk, source } = world.ports;
    const calls: string[] = [];
    const watched: typeof source = {
      ...source,
      pull: (...args) => {
        calls.push("pull");
        return source.pull(...args);
      },
      acknowledge: (...args) => {
        calls.push("acknowledge");
        return source.acknowledge(...args);
      },
    };
    let isAwake = true;
    const sleepy: typeof disk = {
      ...disk,
      grow: async (path, size) => {
        if (isAwake && path.endsWith(".ndjson")) {
          isAwake = false;
          world.time.advance(visibilityMs);
        }
        return disk.grow(path, size);
      },
    };
    // A monotonic clock does not count the time that the machine sleeps.
    await world.take({}, { source: watched, disk: sleepy, clock: { ...clock, elapsed: () => 0 } });
    expect(calls.slice(0, 3)).toEqual(["pull", "pull", "acknowledge"]);
    expect([world.rows(), world.left()]).toEqual([bodies(5), []]);
  });

  it("that ran out while another consumer pulled leave its messages named", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    const { source } = world.ports;
    const stolen = {
      ...source,
      acknowledge: async (...args: Parameters<typeof source.acknowledge>) => {
        // The lease expires before the call arrives, and another consumer pulls the messages first.
        world.time.advance(visibilityMs + 1);
        await world.call("/messages/pull", { batch_size: 2, visibility_timeout_ms: 3_600_000 });
        return source.acknowledge(...args);
      },
    };
    const taken = await world.take({}, { source: stolen });
    expect([world.rows(), taken.unsettled.length, taken.backlog]).toEqual([bodies(5), 2, 2]);
  });

  it.each(["accepted", "refused"] as const)("lose nothing if late acknowledgements are %s", async (lateAck) => {
    await using world = await makeWorld({ variants: { lateAck } });
    await world.fill(numbered(120));
    const { source } = world.ports;
    let late = 0;
    const slow = {
      ...source,
      acknowledge: (...args: Parameters<typeof source.acknowledge>) => {
        late += 1;
        if (late <= 2) world.time.advance(visibilityMs + 1);
        return source.acknowledge(...args);
      },
    };
    expect(await world.take({}, { source: slow })).toMatchObject({ unsettled: [], backlog: 0 });
    expect(world.rows()).toEqual(bodies(120));
  });

  it("of another consumer are left alone", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(30));
    await world.call("/messages/pull", { batch_size: 10, visibility_timeout_ms: 43_200_000 });
    expect(await world.take()).toMatchObject({ remaining: 0, backlog: 10, unsettled: [] });
    expect([world.rows(), world.left()]).toEqual([bodies(20, 10), bodies(10)]);
  });
});

describe("answers that are lost", () => {
  it("of a pull make the export wait for their messages", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    world.emulator.faults.add({ match: { route: "pull" }, effect: { kind: "lost", when: "after" }, times: 1 });
    expect(await world.take()).toMatchObject({ unsettled: [], backlog: 0 });
    expect(world.rows()).toEqual(bodies(5));
  });

  it.each([408, 499])(
    "of a pull make the export wait for their messages if a proxy answers with %s",
    async (status) => {
      await using world = await makeWorld();
      await world.fill(numbered(5));
      const { source } = world.ports;
      let isFirst = true;
      const pull: typeof source.pull = async (...args) => {
        const answer = await source.pull(...args);
        if (!isFirst) return answer;
        isFirst = false;
        const failure = { message: "a proxy gave up", remedy: "", code: undefined, documentationUrl: undefined };
        return { kind: "failed", failure: { ...failure, retry: "after_wait", status } };
      };
      expect(await world.take({}, { source: { ...source, pull } })).toMatchObject({ unsettled: [], backlog: 0 });
      expect(world.rows()).toEqual(bodies(5));
    },
  );

  it("of an acknowledgement have its messages reported, since the result is unknown", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    world.emulator.faults.add({ match: { route: "ack" }, effect: { kind: "lost", when: "after" }, times: 1 });
    const taken = await world.take();
    expect([world.rows(), world.left(), taken.unsettled.length]).toEqual([bodies(5), [], 5]);
    // The next run finds none of them, and names them again.
    expect((await world.take()).unsettled).toHaveLength(5);
  });

  it("before the acknowledgement took effect lose nothing", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    world.emulator.faults.add({ match: { route: "ack" }, effect: { kind: "lost", when: "before" }, times: 1 });
    expect(await world.take()).toMatchObject({ unsettled: [], backlog: 0 });
    expect(world.rows()).toEqual(bodies(5));
  });

  it("are retried while the API is overloaded, and end the run when it refuses", async () => {
    await using world = await makeWorld();
    await world.fill(numbered(5));
    const { faults } = world.emulator;
    faults.add({ match: { route: "pull" }, effect: { kind: "error", code: 10250 }, times: 3 });
    const refusal = faults.add({ match: { route: "ack" }, effect: { kind: "error", code: 10000 } });
    await expect(world.take()).rejects.toThrow("EXPORT_STOPPED: messages could not be acknowledged: the API does not");
    faults.remove(refusal);
    expect(await world.take()).toMatchObject({ unsettled: [], backlog: 0 });
    expect(world.rows()).toEqual(bodies(5));
  });
});

it("continues only an unfinished export", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(150));
  const controller = new AbortController();
  const stopped = await world.take({ onRows: () => controller.abort() }, { stop: controller.signal });
  expect([stopped.stopped, world.rows().length, world.left().length]).toEqual([true, 100, 50]);
  const other = { ...world.head, to: "mails" };
  const { openExport, exportPaths } = await import("../../src/redrive/index.ts");
  const paths = exportPaths(join(world.folder, "out"));
  await expect(openExport(paths, other, visibilityMs, world.ports)).rejects.toThrow("EXPORT_OTHER");
  const processes = { own: async () => ({ machine: "test", pid: 2, started: "2" }), isRunning: async () => true };
  await expect(world.open({ processes })).rejects.toThrow("EXPORT_RUNNING: the process 1 writes");
  await world.take();
  expect([world.rows(), world.files()]).toEqual([bodies(150), ["out.ndjson", "out.yaml"]]);
  await expect(world.open()).rejects.toThrow("EXPORT_EXISTS: out.yaml already exists");
});

it("does not write into files that a user changed", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(150));
  const controller = new AbortController();
  await world.take({ onRows: () => controller.abort() }, { stop: controller.signal });
  const data = join(world.folder, "out.ndjson");
  writeFileSync(data, "{}\n", { flag: "a" });
  await expect(world.take()).rejects.toThrow("EXPORT_DAMAGED: out.ndjson was changed since the last run");
  writeFileSync(data, "{}\n");
  await expect(world.take()).rejects.toThrow("EXPORT_DAMAGED: out.progress was changed since the last run");
});

it("notices another writer before it adds a row", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(150));
  const intruder = () => writeFileSync(join(world.folder, "out.progress"), '{"run":{}}\n', { flag: "a" });
  await expect(world.take({ onRows: intruder })).rejects.toThrow("EXPORT_RUNNING");
  expect([world.rows().length, world.left().length]).toEqual([100, 50]);
});

it("continues after a kill between the note about a new version of the manifest and that version", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(5));
  world.emulator.faults.add({ match: { route: "ack" }, effect: { kind: "lost", when: "after" }, times: 1 });
  expect((await world.take()).unsettled).toHaveLength(5);
  await world.fill([{ body: "words", content_type: "text" }]);
  const { disk } = world.ports;
  const publish = () => Promise.reject(new Killed());
  await expect(world.take({}, { disk: { ...disk, publish } })).rejects.toThrow(Killed);
  expect((await world.take()).unsettled).toHaveLength(5);
  expect(readFileSync(join(world.folder, "out.yaml"), "utf8")).toContain("file: out.text.ndjson");
});

it("syncs the rows of a run that was killed before it acknowledges their messages", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(5));
  const { source, disk } = world.ports;
  const refuse = { ...source, acknowledge: () => Promise.reject(new Killed()) };
  await expect(world.take({}, { source: refuse })).rejects.toThrow(Killed);
  const steps = stepping({ source, disk });
  expect(await world.take({}, steps.ports)).toMatchObject({ unsettled: [], backlog: 0 });
  const order = steps.made.filter((step) => step === "truncate out.ndjson" || step === "acknowledge");
  expect(order).toEqual(["truncate out.ndjson", "acknowledge"]);
  expect(world.rows()).toEqual(bodies(5));
});

it("does not append to a file that appeared after it began", async () => {
  await using world = await makeWorld();
  await world.fill(numbered(5));
  const { source } = world.ports;
  const data = join(world.folder, "out.ndjson");
  const pull: typeof source.pull = (...args) => {
    writeFileSync(data, "{}\n");
    return source.pull(...args);
  };
  await expect(world.take({}, { source: { ...source, pull } })).rejects.toThrow("EXPORT_RUNNING");
  expect([readFileSync(data, "utf8"), world.left().length]).toEqual(["{}\n", 5]);
});
