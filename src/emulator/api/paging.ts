import { limits } from "../limits.ts";
import type { Outcome } from "./envelope.ts";

/** The page of `items` that the address asks for by `?page=`, with what the API says about it. */
export function page<T>(items: readonly T[], url: URL, view: (item: T) => unknown): Outcome {
  const number = Math.max(1, Math.trunc(Number(url.searchParams.get("page") ?? 1)) || 1);
  const size = limits.pageSize;
  const shown = items.slice((number - 1) * size, number * size);
  return {
    result: shown.map(view),
    resultInfo: {
      count: shown.length,
      page: number,
      per_page: size,
      total_count: items.length,
      total_pages: Math.ceil(items.length / size),
    },
  };
}
