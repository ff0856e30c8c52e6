/** How `up` ends. The help says what each means. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, inDoubt: 3, locked: 4, differs: 5 } as const;

/** As a shell tells it of a process that a signal ended. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndSignal = keyof typeof signalExitCodes;
