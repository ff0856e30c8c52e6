import type { RouteName } from "../../src/emulator/api/routes.ts";
import { routeNames } from "../../src/emulator/api/routes.ts";
import type { Emulator } from "../../src/emulator/index.ts";

/** Calls of the API that no official SDK has. */
const withoutSdk: readonly RouteName[] = ["extend", "preview", "preview.ack", "scripts.consumers"];

/** The API's calls that the SDKs have, and those that came in and succeeded. */
export function coverage(emulator: Emulator): { wanted: string[]; seen: string[] } {
  const seen = new Set(emulator.requests.filter(({ status }) => status === 200).map(({ route }) => String(route)));
  return { wanted: routeNames.filter((name) => !withoutSdk.includes(name)).sort(), seen: [...seen].sort() };
}
