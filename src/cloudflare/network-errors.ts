import type { Failure, RetryClass } from "./types.ts";

/** The target of a connection. */
interface Endpoint {
  /** Its name as the subject of a sentence. */
  readonly what: string;
  /** The setting of its address. */
  readonly setting: string;
}

const api: Endpoint = { what: "the API", setting: "CLOUDFLARE_BASE_URL" };

interface Cause {
  readonly retry: RetryClass;
  readonly meaning: string;
  readonly remedy: (setting: string) => string;
}

/** Causes of connection failures, by error code: temporary ones, and ones that need a change. */
const causes = {
  ECONNREFUSED: {
    retry: "after_wait",
    meaning: "connection refused",
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
  remedy: () => "If a TLS-inspecting proxy is in between, add its CA certificate to NODE_EXTRA_CA_CERTS.",
};

const network: Cause = {
  retry: "after_wait",
  meaning: "no connection",
  remedy: () => "Check the network, then run it again.",
};

/** Describes a failure before anything was sent. */
export function connectionFailure(error: unknown, { what, setting }: Endpoint = api): Failure {
  const code = errorCode(error);
  const cause = code !== undefined && Object.hasOwn(causes, code) ? causes[code as keyof typeof causes] : undefined;
  const { retry, meaning, remedy } = cause ?? (isCertificate(code) ? certificate : network);
  return createFailure(retry, `${what} could not be reached: ${meaning}${formatCode(code)}`, remedy(setting));
}

/** Describes a failure after at least a part of the request was sent. */
export function lostResponseFailure(error: unknown): Failure {
  return createFailure(
    "unknown_outcome",
    `the connection ended before the answer arrived${formatCode(errorCode(error))}`,
    inDoubtRemedy,
  );
}

export function timeoutFailure(deadlineMs: number, left: boolean): Failure {
  const within = `within ${deadlineMs / 1000} s`;
  return left
    ? createFailure("unknown_outcome", `no answer arrived ${within}`, inDoubtRemedy)
    : createFailure("after_wait", `the API could not be reached ${within}`, network.remedy(api.setting));
}

/** Describes a request that the caller's signal cancelled. @param left whether a part of it was sent */
export function abortFailure(left: boolean): Failure {
  return left
    ? createFailure("unknown_outcome", "the request was cancelled before its answer arrived", inDoubtRemedy)
    : createFailure("after_wait", "the request was cancelled before it was sent", "Run it again.");
}

const inDoubtRemedy = "The queue may have these messages: check it, then run it again.";

export function createFailure(retry: RetryClass, message: string, remedy: string): Failure {
  return { retry, message, remedy, status: undefined, code: undefined, documentationUrl: undefined };
}

/** Reports whether a code of Node's TLS is about the other side's certificate. */
function isCertificate(code: string | undefined): boolean {
  return code !== undefined && /CERT|^UNABLE_TO_|^ERR_TLS_|^HOSTNAME_MISMATCH/.test(code);
}

function formatCode(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}

/** Returns only the code: an error's message may contain addresses, and undici's errors contain the request. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && !("code" in error)) return errorCode(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : errorCode(error.cause);
}
