import { readFile } from "node:fs/promises";
import type { ApiRequest, ApiResponse } from "./api/http.ts";

/** The page's files. They contain no secrets, so they need no token; the data that they load does. */
const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "/": { name: "index.html", type: "text/html; charset=UTF-8" },
  "/page/page.css": { name: "page.css", type: "text/css; charset=UTF-8" },
  ...Object.fromEntries(
    ["main", "api", "dom", "queues", "faults", "messages"].map((name) => [
      `/page/${name}.js`,
      { name: `${name}.js`, type: "text/javascript; charset=UTF-8" },
    ]),
  ),
};

/** Forbids external and inline resources and frames, so that a message's body can only be displayed. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
} as const;

/** Answers requests for the page's files. @returns undefined for any other address */
export async function servePage({ method, url }: ApiRequest): Promise<ApiResponse | undefined> {
  const file = method === "GET" && Object.hasOwn(files, url.pathname) ? files[url.pathname] : undefined;
  if (file === undefined) return undefined;
  const body = await readFile(new URL(`page/${file.name}`, import.meta.url), "utf8");
  return { status: 200, headers: { ...headers, "content-type": file.type }, body };
}
