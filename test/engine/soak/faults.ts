import { setTimeout } from "node:timers/promises";
import type { FaultEffect } from "../../../src/emulator/index.ts";
import type { RunningProcess } from "../../../src/engine/child-process.ts";
import type { FaultType, RunResult, Victim } from "./fault-types.ts";
import type { PlannedFault } from "./schedule.ts";
import { resetObjects, siteOf } from "./worker-transport.ts";
import type { World } from "./world.ts";

/** Milliseconds that a write of the state takes, a bit more than with a distant backend. */
const slowMs = 400;

const blocked: FaultEffect = { kind: "error", code: 971, retryAfterSeconds: 1 };

/** Faults that wait for their push. */
export interface ArmedFaults {
  /** The run that the faults are for; no fault strikes before it. */
  readonly run: PromiseWithResolvers<RunningProcess>;
  /** Names of the faults that are known to have taken effect. */
  readonly hits: string[];
  /** A second run in parallel, once it was started. */
  parallelRun: Promise<RunningProcess> | undefined;
  /** Numbers of the emulator's faults that keep the first run waiting until the second one has noticed it. */
  readonly refusals: number[];
  /** Whether the runs are over: pending faults then have no effect. */
  over: boolean;
}

/** Arms the faults for the next run. Each strikes when its push arrives, not at a given time. */
export function armFaults(world: World, faults: readonly PlannedFault[]): ArmedFaults {
  const armed: ArmedFaults = {
    run: Promise.withResolvers(),
    hits: [],
    parallelRun: undefined,
    refusals: [],
    over: false,
  };
  for (const { push, fault } of faults) {
    const gate = async (): Promise<RunResult> => {
      // The server may process an abandoned request after the run.
      if (armed.over) return "go";
      const seen = () => {
        const name = `${fault.name} at ${push}`;
        if (!armed.hits.includes(name)) armed.hits.push(name);
      };
      return act(world, fault, armed, seen);
    };
    const match = siteOf(fault, world.transport, world.random);
    const when = "when" in fault ? fault.when : "before";
    // Another fault may answer the push before its turn, so a cancel strikes at the next one.
    const times = fault.kind === "cancel" ? {} : { times: 1 };
    world.emulator.faults.add({ match, effect: { kind: "hold", when, gate }, skip: push, ...times });
    if (fault.kind === "fault") {
      world.emulator.faults.add({ match, effect: fault.effect, skip: push, times: fault.times });
    }
    if (fault.kind === "cancel") {
      // A held request would time out and end the run, but a refused one is repeated until the second run is there.
      armed.refusals.push(world.emulator.faults.add({ match, effect: blocked, skip: push }));
    }
  }
  return armed;
}

/**
 * Carries out the part of a fault that the emulator does not.
 *
 * @param seen called once the fault took effect; for a fault of the state, later
 * @returns the result of the request that waits
 */
async function act(world: World, fault: FaultType, armed: ArmedFaults, seen: () => void): Promise<RunResult> {
  const { crowd, proxy, stack, bucket } = world;
  const isLate = fault.kind === "state" || fault.kind === "kill_at_write" || fault.kind === "cancel";
  if (!isLate) seen();
  const run = await armed.run.promise;
  switch (fault.kind) {
    case "fault":
      return "go";
    case "crowd":
      await crowd();
      return "go";
    case "closed":
      proxy.shut();
      return "go";
    case "reset":
      proxy.reset(fault.times);
      return "go";
    case "state":
      bucket.onWrite = async () => {
        seen();
        if (fault.how === "refused") return "refused";
        await setTimeout(slowMs);
        return "kept";
      };
      return "go";
    case "kill_at_write": {
      let writes = 0;
      bucket.onWrite = async () => {
        writes += 1;
        if (writes === fault.write) {
          seen();
          kill("cli", stack, run);
        }
        return "refused";
      };
      return "go";
    }
    case "cancel": {
      // One second run is enough: it may hold the lock by then. The request itself is refused at once.
      if (armed.parallelRun === undefined) void startParallelRun(world, armed, seen);
      return "go";
    }
    case "runtime":
      if (fault.how === "kill") await world.emulator.producer?.restart();
      else await resetObjects(world.emulator);
      return fault.then;
    case "kill":
      for (const victim of fault.victims) kill(victim, stack, run);
      return fault.then;
    case "signal": {
      run.child.kill(fault.signal);
      await printsMatch(run, /ancel/);
      if (fault.twice) run.child.kill(fault.signal);
      return fault.then;
    }
  }
}

/** Cancels the update, and starts a second run while the first one waits. */
async function startParallelRun(world: World, armed: ArmedFaults, seen: () => void): Promise<void> {
  const started = Promise.withResolvers<RunningProcess>();
  armed.parallelRun = started.promise;
  await world.cancel();
  const parallel = world.spawnUp();
  started.resolve(parallel);
  if (await printsMatch(parallel, /waiting for process|RUN_UNDER_WAY/)) seen();
  for (const id of armed.refusals) world.emulator.faults.remove(id);
}

function kill(victim: Victim, stack: World["stack"], run: RunningProcess): void {
  if (victim === "cli") {
    run.child.kill("SIGKILL");
    return;
  }
  for (const { pid, command } of stack.processes()) {
    if (command.includes("dynamic-provider")) killIfThere(pid);
  }
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

/** Waits until the CLI prints a match, or ends. @returns whether it printed one */
async function printsMatch({ child, done }: RunningProcess, words: RegExp): Promise<boolean> {
  const found = Promise.withResolvers<boolean>();
  let text = "";
  const read = (chunk: unknown) => {
    text += String(chunk);
    if (words.test(text)) found.resolve(true);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", read);
  return Promise.race([found.promise, done.then(() => false)]);
}
