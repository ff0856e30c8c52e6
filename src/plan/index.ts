export { type Decision, decide, isSettled, type Wanted } from "./decide.ts";
export { keyed, type MessageKey, manifestDigest, messageDigest } from "./digest.ts";
export {
  emptyLedger,
  type Ledger,
  LedgerError,
  type PackedLedger,
  packKeys,
  packLedger,
  unpackKeys,
  unpackLedger,
} from "./ledger.ts";
export { pack } from "./pack.ts";
export { bodyBytes, toParcel } from "./parcel.ts";
