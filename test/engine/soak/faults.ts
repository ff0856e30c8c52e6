import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { FaultMatch } from "../../../src/emulator/index.ts";
import type { Running } from "../../../src/engine/child-process.ts";
import type { FaultType, RunResult, Victim } from "./fault-types.ts";
import type { PlannedFault } from "./schedule.ts";
import type { World } from "./world.ts";

/** Every push, of one message or of many, to whichever queue. */
const pushes: FaultMatch = { method: "POST" };

/** Milliseconds that a write of the state takes where the backend is far away, and a bit. */
const slowMs = 400;

/** Strikes that wait for their push. */
export interface ArmedFaults {
  /** The run that they are for; none can strike before. */
  readonly run: PromiseWithResolvers<Running>;
  /** Names of those that were seen to do what they are for. */
  readonly hits: string[];
  /** Another run beside it, once there is one. */
  beside: Running | undefined;
  /** Whether the runs are over: what still waits then strikes nothing. */
  over: boolean;
}

/** Sets the blows for the next run. Each strikes when its push arrives, not at a time. */
export function armFaults(world: World, faults: readonly PlannedFault[]): ArmedFaults {
  const armed: ArmedFaults = { run: Promise.withResolvers(), hits: [], beside: undefined, over: false };
  for (const { push, fault } of faults) {
    const gate = async (): Promise<RunResult> => {
      // A request that its client gave up may come to its turn late.
      if (armed.over) return "go";
      const seen = () => {
        const name = `${fault.name} at ${push}`;
        if (!armed.hits.includes(name)) armed.hits.push(name);
      };
      return act(world, fault, armed, seen);
    };
    const when = "when" in fault ? fault.when : "before";
    world.emulator.faults.add({ match: pushes, effect: { kind: "hold", when, gate }, skip: push, times: 1 });
    if (fault.kind === "fault") {
      world.emulator.faults.add({ match: pushes, effect: fault.effect, skip: push, times: fault.times });
    }
  }
  return armed;
}

/**
 * What a fault does besides what the emulator does of itself.
 *
 * @param seen called once it has done it; what waits for the state does it later
 * @returns what becomes of the request that waits
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
      // A run that has the lock for itself by then needs no other one.
      await world.cancel();
      armed.beside ??= world.spawnUp();
      if (await heard(armed.beside, /waits for the run of process|RUN_UNDER_WAY/)) seen();
      return "go";
    }
    case "kill":
      for (const victim of fault.victims) kill(victim, stack, run);
      return fault.then;
    case "signal": {
      run.child.kill(fault.signal);
      await heard(run, /ancel/);
      if (fault.twice) run.child.kill(fault.signal);
      return fault.then;
    }
  }
}

function kill(victim: Victim, stack: World["stack"], run: Running): void {
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
    // It has ended by itself meanwhile.
  }
}

/** Until the CLI says it, or ends. @returns whether it said it */
async function heard({ child, done }: Running, words: RegExp): Promise<boolean> {
  const logged = async () => {
    for (let text = ""; !words.test(text); ) {
      const [chunk] = await Promise.race([child.stdout, child.stderr].map((stream) => once(stream ?? child, "data")));
      text += String(chunk);
    }
  };
  return Promise.race([logged().then(() => true), done.then(() => false)]);
}
