/** What the emulator uses where nothing is named. Kept apart, so that a help text can show it without loading the rest. */
export const defaults = {
  port: 8790,
  host: "127.0.0.1",
  account: "0123456789abcdef0123456789abcdef",
  /** For the command. It guards nothing but this machine's own emulator. */
  token: "emulator-token",
  queue: "orders",
} as const;
