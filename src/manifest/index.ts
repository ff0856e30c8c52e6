export { codes } from "./codes.ts";
export { allMessages, DataFileError } from "./content.ts";
export { codeFrame } from "./frame.ts";
export { type LoadOptions, type LoadResult, loadManifests } from "./load.ts";
export { formatPlace, formatProblem, type Problem } from "./problem.ts";
export { fillSecrets, SecretError } from "./secrets.ts";
export { matchesStack } from "./stacks.ts";
export { didYouMean } from "./suggest.ts";
export type { Variables } from "./variables.ts";
