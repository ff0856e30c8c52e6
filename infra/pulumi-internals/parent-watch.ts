import { connect } from "node:net";

/** Milliseconds between two checks of Pulumi while no push checks it. */
const pollIntervalMs = 5_000;

export interface ParentWatchOptions {
  /** Checks whether Pulumi still runs. */
  readonly isAlive: () => Promise<boolean>;
  /** Exits the process. */
  readonly exit: () => void;
  readonly everyMs?: number;
}

/**
 * Exits the process once Pulumi is gone and the calls in progress have finished and been recorded. A killed Pulumi does not
 * stop its plugins: the provider would wait forever for calls. A push checks Pulumi before each request; the timer here
 * checks it for a provider that sends nothing.
 */
export function watchParent({ isAlive, exit, everyMs = pollIntervalMs }: ParentWatchOptions) {
  let gone = false;
  let underWay = 0;
  const endIfOrphan = () => {
    if (gone && underWay === 0) exit();
  };
  const engineListens = async () => {
    gone ||= !(await isAlive());
    return !gone;
  };
  const timer = setInterval(() => engineListens().then(endIfOrphan), everyMs);
  timer.unref();
  return {
    engineListens,
    /** Wraps a call, so that the end of the last call in progress exits an orphaned process. */
    endingAfter<Args extends readonly unknown[], Result>(
      call: (...args: Args) => Promise<Result>,
    ): (...args: Args) => Promise<Result> {
      return async (...args) => {
        underWay += 1;
        try {
          return await call(...args);
        } finally {
          underWay -= 1;
          endIfOrphan();
        }
      };
    },
    stop: () => clearInterval(timer),
  };
}

/** Milliseconds after which a local engine counts as gone; a busy one answers sooner. */
const timeoutMs = 10_000;

/** Checks whether Pulumi still listens at its address. A killed process is detected at once, since its port is closed. */
export function isEngineAlive(address: string): Promise<boolean> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  return new Promise((resolve) => {
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(timeoutMs, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
