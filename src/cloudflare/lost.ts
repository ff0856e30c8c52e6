import type { Failure, Retry } from "./types.ts";

/** Why nothing left, by the error's code: those that a wait may mend, and those that somebody has to. */
const causes = {
  ECONNREFUSED: { retry: "after_wait", meaning: "nothing listens there", remedy: "Check CLOUDFLARE_BASE_URL." },
  ENOTFOUND: {
    retry: "after_wait",
    meaning: "its name cannot be resolved",
    remedy: "Check CLOUDFLARE_BASE_URL and this machine's DNS.",
  },
  EAI_AGAIN: {
    retry: "after_wait",
    meaning: "the name server does not answer",
    remedy: "Check this machine's network and DNS.",
  },
} as const satisfies Record<string, { retry: Retry; meaning: string; remedy: string }>;

const certificate = {
  retry: "no",
  meaning: "its certificate is not trusted",
  remedy: "If a proxy with a certificate of its own stands between, name that certificate in NODE_EXTRA_CA_CERTS.",
} as const;

const network = {
  retry: "after_wait",
  meaning: "no connection",
  remedy: "Check the network, then run it again.",
} as const;

/** Nothing left this machine. */
export function notSent(error: unknown): Failure {
  const code = codeOf(error);
  const cause = code !== undefined && Object.hasOwn(causes, code) ? causes[code as keyof typeof causes] : undefined;
  const { retry, meaning, remedy } = cause ?? (isCertificate(code) ? certificate : network);
  return plainFailure(retry, `the API could not be reached: ${meaning}${named(code)}`, remedy);
}

/** The request left, in part at least, and no answer came. */
export function lostAnswer(error: unknown): Failure {
  return plainFailure("unknown_fate", `the connection ended before the answer came${named(codeOf(error))}`, inDoubt);
}

export function timedOut(deadlineMs: number, left: boolean): Failure {
  const within = `within ${deadlineMs / 1000} s`;
  return left
    ? plainFailure("unknown_fate", `no answer came ${within}`, inDoubt)
    : plainFailure("after_wait", `the API could not be reached ${within}`, network.remedy);
}

/** The caller's own signal ended the request. */
export function givenUp(left: boolean): Failure {
  return left
    ? plainFailure("unknown_fate", "the request was given up before its answer came", inDoubt)
    : plainFailure("after_wait", "the request was given up before it left", "Run it again.");
}

const inDoubt = "The queue may have these messages: look at it, then run it again.";

function plainFailure(retry: Retry, message: string, remedy: string): Failure {
  return { retry, message, remedy, status: undefined, code: undefined, documentationUrl: undefined };
}

/** Codes of Node's TLS that say something about the other side's certificate. */
function isCertificate(code: string | undefined): boolean {
  return code !== undefined && /CERT|^UNABLE_TO_|^ERR_TLS_|^HOSTNAME_MISMATCH/.test(code);
}

function named(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}

/** The code alone: an error's message may hold addresses, and undici's whole errors hold the request. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && !("code" in error)) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
}
