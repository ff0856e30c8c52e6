import { isDeepStrictEqual } from "node:util";
import { ApiError, callWorkers } from "./api.ts";
import type { StandinResource } from "./resource.ts";

interface WorkerInputs {
  readonly accountId: string;
  readonly name: string;
  readonly subdomain?: { readonly enabled?: boolean; readonly previewsEnabled?: boolean };
}

/** cloudflare:index/worker:Worker */
export const worker: StandinResource<WorkerInputs> = {
  async diff(olds, news) {
    const replaces = (["accountId"] as const).filter((key) => olds[key] !== news[key]);
    const subdomain = { ...olds.subdomain, ...news.subdomain };
    const same = olds.name === news.name && isDeepStrictEqual(subdomain, { ...olds.subdomain });
    return { changes: replaces.length > 0 || !same, replaces };
  },

  async create(inputs, previews) {
    if (previews) return { id: "", outs: { ...inputs } };
    const created = await callWorkers("POST", workersPath(inputs.accountId), inputs);
    return { id: created.id, outs: { ...inputs, ...created } };
  },

  read: (id, { accountId = "" }) => readFrom(`${workersPath(accountId)}/${id}`, id, accountId),

  async update(id, olds, news, previews) {
    if (previews) return { outs: { ...olds, ...news } };
    return { outs: { ...news, ...(await callWorkers("PUT", `${workersPath(news.accountId)}/${id}`, news)) } };
  },

  delete: (id, { accountId }) => deleteAt(`${workersPath(accountId)}/${id}`),
};

interface VersionInputs {
  readonly accountId: string;
  readonly workerId: string;
  readonly [name: string]: unknown;
}

/** Inputs whose change creates a new version, since a version cannot be changed. */
const versionInputs = ["workerId", "bindings", "modules", "mainModule", "compatibilityDate", "exports"] as const;

/** cloudflare:index/workerVersion:WorkerVersion */
export const workerVersion: StandinResource<VersionInputs> = {
  async diff(olds, news) {
    const replaces = versionInputs.filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    return { changes: replaces.length > 0, replaces };
  },

  async create(inputs, previews) {
    if (previews) return { id: "", outs: { ...inputs } };
    const { accountId, workerId } = inputs;
    const created = await callWorkers("POST", versionsPath(accountId, workerId), inputs);
    return { id: created.id, outs: { ...inputs, ...created } };
  },

  read: (id, { accountId = "", workerId = "" }) =>
    readFrom(`${versionsPath(accountId, workerId)}/${id}`, id, accountId),

  async update() {
    throw new Error("a version of a Worker cannot be changed");
  },

  delete: (id, { accountId, workerId }) => deleteAt(`${versionsPath(accountId, workerId)}/${id}`),
};

async function readFrom(path: string, id: string, accountId: string) {
  try {
    return { id, props: { accountId, ...(await callWorkers("GET", path)) } };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { id: "", props: {} };
    throw error;
  }
}

async function deleteAt(path: string): Promise<void> {
  try {
    await callWorkers("DELETE", path);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

function workersPath(accountId: string): string {
  return `/accounts/${accountId}/workers/workers`;
}

function versionsPath(accountId: string, workerId: string): string {
  return `${workersPath(accountId)}/${workerId}/versions`;
}
