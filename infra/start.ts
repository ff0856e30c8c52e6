/** Entry point of this repository's program; ./preload.cjs runs before the SDK. */
import { exitWhenUnread } from "./pulumi-internals/exit-when-unread.ts";
import { warmUpProvider } from "./pulumi-internals/warm-up-provider.ts";
import { withoutSourceMaps } from "./pulumi-internals/without-source-maps.ts";

withoutSourceMaps();
exitWhenUnread();
await warmUpProvider();

export const { manifests, queues } = await import("./index.ts");
