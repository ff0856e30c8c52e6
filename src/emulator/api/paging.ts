import { limits } from "../limits.ts";
import type { Outcome } from "./envelope.ts";

/** Returns the page of `items` that `?page=` and `?per_page=` select, with the API's `result_info`. */
export function paginate<T>(items: readonly T[], { searchParams }: URL, view: (item: T) => unknown): Outcome {
  const number = parsePositive(searchParams.get("page")) ?? 1;
  const size = Math.min(parsePositive(searchParams.get("per_page")) ?? limits.pageSize.default, limits.pageSize.max);
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

/** Returns undefined for anything but a positive whole number, so that the default applies. */
function parsePositive(text: string | null): number | undefined {
  return text !== null && /^0*[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
