import type { Failure, RetryClass } from "./types.ts";

/** The side that a connection was to be made to. */
interface Endpoint {
  /** In a sentence, as its subject. */
  readonly what: string;
  /** What says where it is. */
  readonly setting: string;
}

const api: Endpoint = { what: "the API", setting: "CLOUDFLARE_BASE_URL" };

interface Cause {
  readonly retry: RetryClass;
  readonly meaning: string;
  readonly remedy: (setting: string) => string;
}

/** Why nothing left, by the error's code: those that a wait may mend, and those that somebody has to. */
const causes = {
  ECONNREFUSED: {
    retry: "after_wait",
    meaning: "nothing listens there",
    remedy: (setting) => `Check ${setting}.`,
  },
  ENOTFOUND: {
    retry: "after_wait",
    meaning: "its name cannot be resolved",
    remedy: (setting) => `Check ${setting} and this machine's DNS.`,
  },
  EAI_AGAIN: {
    retry: "after_wait",
    meaning: "the name server does not answer",
    remedy: () => "Check this machine's network and DNS.",
  },
} as const satisfies Record<string, Cause>;

const certificate: Cause = {
  retry: "no",
  meaning: "its certificate is not trusted",
  remedy: () =>
    "If a proxy with a certificate of its own stands between, name that certificate in NODE_EXTRA_CA_CERTS.",
};

const network: Cause = {
  retry: "after_wait",
  meaning: "no connection",
  remedy: () => "Check the network, then run it again.",
};

/** Nothing left this machine. */
export function connectionFailed(error: unknown, { what, setting }: Endpoint = api): Failure {
  const code = errorCode(error);
  const cause = code !== undefined && Object.hasOwn(causes, code) ? causes[code as keyof typeof causes] : undefined;
  const { retry, meaning, remedy } = cause ?? (isCertificate(code) ? certificate : network);
  return createFailure(retry, `${what} could not be reached: ${meaning}${formatCode(code)}`, remedy(setting));
}

/** The request left, in part at least, and no answer came. */
export function responseLost(error: unknown): Failure {
  return createFailure(
    "unknown_fate",
    `the connection ended before the answer came${formatCode(errorCode(error))}`,
    inDoubtRemedy,
  );
}

export function timedOut(deadlineMs: number, left: boolean): Failure {
  const within = `within ${deadlineMs / 1000} s`;
  return left
    ? createFailure("unknown_fate", `no answer came ${within}`, inDoubtRemedy)
    : createFailure("after_wait", `the API could not be reached ${within}`, network.remedy(api.setting));
}

/** The caller's own signal ended the request. */
export function aborted(left: boolean): Failure {
  return left
    ? createFailure("unknown_fate", "the request was given up before its answer came", inDoubtRemedy)
    : createFailure("after_wait", "the request was given up before it left", "Run it again.");
}

const inDoubtRemedy = "The queue may have these messages: look at it, then run it again.";

export function createFailure(retry: RetryClass, message: string, remedy: string): Failure {
  return { retry, message, remedy, status: undefined, code: undefined, documentationUrl: undefined };
}

/** Codes of Node's TLS that say something about the other side's certificate. */
function isCertificate(code: string | undefined): boolean {
  return code !== undefined && /CERT|^UNABLE_TO_|^ERR_TLS_|^HOSTNAME_MISMATCH/.test(code);
}

function formatCode(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}

/** The code alone: an error's message may hold addresses, and undici's whole errors hold the request. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && !("code" in error)) return errorCode(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : errorCode(error.cause);
}
