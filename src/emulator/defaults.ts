/** The emulator's defaults. In a separate file, so that the help can show them without loading the emulator. */
export const defaults = {
  port: 8790,
  host: "127.0.0.1",
  account: "0123456789abcdef0123456789abcdef",
  /** The token of the command. It only protects an emulator on this machine. */
  token: "emulator-token",
  queue: "orders",
} as const;
