import type { RouteName } from "../../src/emulator/api/routes.ts";
import { routeNames } from "../../src/emulator/api/routes.ts";
import type { Emulator } from "../../src/emulator/index.ts";

/** Routes of the API that no official SDK has a method for. */
const withoutSdk: readonly RouteName[] = ["extend", "preview", "preview.ack", "scripts.consumers"];

/** Returns the routes that the SDKs have methods for, and the routes of the requests that succeeded. */
export function coverage(emulator: Emulator): { wanted: string[]; seen: string[] } {
  const seen = new Set(emulator.requests.filter(({ status }) => status === 200).map(({ route }) => String(route)));
  return { wanted: routeNames.filter((name) => !withoutSdk.includes(name)).sort(), seen: [...seen].sort() };
}
