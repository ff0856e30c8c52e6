/** Exit codes of `up`. Its help describes them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, inDoubt: 3, locked: 4, differs: 5 } as const;

/** Exit codes after a signal, as a shell reports them: 128 + the signal's number. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndSignal = keyof typeof signalExitCodes;
