/**
 * The API's error codes with their usual status and message. If the sources give several statuses, the first one is used;
 * the option `statuses` of the emulator overrides any of them.
 *
 * Source: https://developers.cloudflare.com/queues/reference/error-codes/ and reports of live answers.
 */
export const apiErrors = {
  // Gateway: routing, credentials, rates.
  7000: { status: 400, message: "No route for that URI" },
  7003: { status: 404, message: "Could not route to the address, perhaps your object identifier is invalid?" },
  9106: { status: 400, message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers" },
  6003: { status: 400, message: "Invalid request headers" },
  10000: { status: 401, message: "Authentication error" },
  9109: { status: 403, message: "Unauthorized to access requested resource" },
  10001: { status: 403, message: "Method not allowed for this authentication scheme" },
  971: { status: 429, message: "Please wait and consider throttling your request speed", retryAfterSeconds: 300 },
  10429: { status: 429, message: "Rate limited. Please wait and try again", retryAfterSeconds: 1 },
  // Message calls.
  10013: { status: 400, message: "Batch is empty or invalid" },
  10104: { status: 404, message: "Queue does not exist" },
  10106: { status: 403, message: "Unauthorized request" },
  10107: { status: 400, message: "The queue ID in the request URL is not a valid queue identifier" },
  10201: { status: 400, message: "Client disconnected during request processing" },
  10202: { status: 400, message: "Invalid batch delay" },
  10203: { status: 400, message: "Invalid message metadata" },
  10204: { status: 413, message: "Message size out of bounds" },
  10205: { status: 413, message: "Batch size out of bounds" },
  10206: { status: 413, message: "Batch count out of bounds" },
  10207: { status: 400, message: "Request JSON body does not match expected schema" },
  10208: { status: 400, message: "Request body is not valid JSON" },
  10250: { status: 429, message: "Queue is overloaded", retryAfterSeconds: 1 },
  10251: { status: 429, message: "Queue storage limit exceeded", retryAfterSeconds: 60 },
  10252: { status: 429, message: "Queue is disabled", retryAfterSeconds: 60 },
  10253: { status: 429, message: "Free tier limit exceeded", retryAfterSeconds: 3_600 },
  15000: { status: 500, message: "Unknown internal error" },
  // Event subscriptions have one code for all errors.
  0: { status: 400, message: "The request cannot be processed" },
  // Configuration, pull and acknowledge calls.
  10026: { status: 400, message: "Request body is malformed" },
  11000: { status: 404, message: "Queue not found" },
  11003: { status: 400, message: "Queue name is invalid" },
  11004: { status: 400, message: "The queue already has a consumer" },
  11006: { status: 404, message: "Consumer not found" },
  11009: { status: 409, message: "Queue name is already taken. Please use a different name and try again" },
  // Found in programs written against the live service. Only faults produce them here.
  10007: { status: 400, message: "This Worker does not exist on your account" },
  10105: { status: 400, message: "Consumer does not exist" },
  11001: { status: 400, message: "The Worker's queue handler is missing" },
  11017: { status: 400, message: "The queue is used by an event notification" },
} as const satisfies Record<number, { status: number; message: string; retryAfterSeconds?: number }>;

export type ApiErrorCode = keyof typeof apiErrors;

/** Status overrides by code, for codes whose status differs between the sources. */
export type StatusOverrides = Readonly<Partial<Record<ApiErrorCode, number>>>;

export interface ApiErrorDetails {
  /** A more specific message than the table's. */
  readonly message?: string;
  /** JSON pointer into the request body. */
  readonly pointer?: string;
  /** Causes, as the gateway reports them. */
  readonly chain?: readonly { readonly code: number; readonly message: string }[];
  /** Further entries of `errors`. */
  readonly also?: ApiErrorCode;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** An error of the API; the handler converts it to an envelope. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly details: ApiErrorDetails;

  constructor(code: ApiErrorCode, details: ApiErrorDetails = {}) {
    super(details.message ?? apiErrors[code].message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
  }
}

export function isApiErrorCode(code: number): code is ApiErrorCode {
  return Object.hasOwn(apiErrors, code);
}
