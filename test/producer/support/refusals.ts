import type { ApiErrorCode } from "../../../src/emulator/errors.ts";

/**
 * The codes with which a queue refuses a whole batch of a Worker. Others of the API's codes are never a queue's own, such as that of
 * the limit of requests.
 */
export const refusals: readonly ApiErrorCode[] = [
  10013, 10104, 10106, 10107, 10202, 10203, 10204, 10205, 10206, 10207, 10208, 10250, 10251, 10252, 10253, 11000,
];
