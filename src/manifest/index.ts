export { isInsideProject } from "./files/manifest-files.ts";
export { createTextFile, decodeText } from "./files/text-file.ts";
export { parseExactly } from "./json/exact-json.ts";
export { isExactNumber } from "./json/exact-number.ts";
export { parseWithSpellings, readSpelling, recordSpelling } from "./json/number-spelling.ts";
export { type LoadOptions, type LoadResult, loadManifests } from "./load-manifests.ts";
export { withDedupKey } from "./message/dedup-key.ts";
export { detectCredentials } from "./message/detect-credentials.ts";
export { codeFrame } from "./problem/code-frame.ts";
export { didYouMean } from "./problem/did-you-mean.ts";
export {
  compareProblems,
  createProblem,
  formatDiagnostic,
  formatLocation,
  type Problem,
  quote,
} from "./problem/problem.ts";
export { problemCodes } from "./problem/problem-codes.ts";
export { ProblemCollector } from "./problem/problem-collector.ts";
export { DataFileError, readAllMessages } from "./source/data-file.ts";
export type { EarlierReading } from "./source/earlier-readings.ts";
export { matchesStack } from "./stack-patterns.ts";
export { fillSecrets, formatVariable, SecretError } from "./template/secrets.ts";
export { isSensitiveName } from "./template/sensitive-names.ts";
export { type ConfigFlaw, measureSecret, type Variables } from "./template/variables.ts";
