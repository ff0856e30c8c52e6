/** A queue as the API returns it. */
export interface ApiQueue {
  readonly queue_id: string;
  readonly queue_name: string;
  readonly created_on: string;
  readonly modified_on: string;
  readonly producers: readonly unknown[];
  readonly producers_total_count: number;
  readonly consumers: readonly unknown[];
  readonly consumers_total_count: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** An error response of the API. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  constructor(status: number, text: string) {
    super(`The API answered ${status}: ${text}`);
    this.status = status;
  }
}

/** Calls the configuration API at CLOUDFLARE_BASE_URL with CLOUDFLARE_API_TOKEN. @throws ApiError on an error response */
export async function call(method: string, path: string, body?: unknown): Promise<ApiQueue> {
  return (await callAt("CLOUDFLARE_BASE_URL", method, path, body)) as ApiQueue;
}

/** Calls the API of Workers at STANDIN_WORKERS_URL. Its bodies have the names of the plugin's inputs. @throws ApiError */
export async function callWorkers(method: string, path: string, body?: unknown): Promise<{ readonly id: string }> {
  return (await callAt("STANDIN_WORKERS_URL", method, path, body)) as { readonly id: string };
}

async function callAt(variable: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const { [variable]: base, CLOUDFLARE_API_TOKEN: token } = process.env;
  if (!base) throw new Error(`The stand-in works against a local API only: set ${variable}.`);
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new ApiError(answer.status, text);
  return JSON.parse(text).result;
}
